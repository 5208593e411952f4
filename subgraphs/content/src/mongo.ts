import type { ClientSession } from 'mongodb';

/** The handle of a Mongo transaction; only repositories look inside. */
export type Transaction = ClientSession;

/** Driver options for a statement that may stand inside a transaction. */
export const within = (
  transaction: Transaction | undefined,
): { readonly session: ClientSession } | Record<string, never> =>
  transaction === undefined ? {} : { session: transaction };
