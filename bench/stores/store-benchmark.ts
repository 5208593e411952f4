import type { CloseStack } from '@pcc/platform';
import type { Operation } from '../lib/measure.js';

/** One store, embedded and on a server: the same operations through the same client. */
export interface StoreBenchmark {
  readonly store: string;
  /** Opens the engine (closed by `stack`) and fills it. */
  embedded(stack: CloseStack): Promise<readonly Operation[]>;
  /** `undefined` when there is no such server at hand. */
  server(stack: CloseStack): Promise<readonly Operation[] | undefined>;
}
