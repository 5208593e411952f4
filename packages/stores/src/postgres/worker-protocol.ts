export interface WorkerInput {
  /** The compiled engine, a WebAssembly.Module. */
  readonly engine: object;
  readonly dataDirectory: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly password: string;
  readonly idleInTransactionMs: number;
}

export type WorkerMessage =
  { readonly kind: 'ready'; readonly port: number } | { readonly kind: 'closed' };
