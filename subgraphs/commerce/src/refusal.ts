import { refuseAll, type Result, type UserError } from '@pcc/platform';
import type { Transactions, Work } from './database.js';

/** Carries a refusal out of a transaction, so that what was written before it rolls back. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super('refused');
    this.errors = errors;
  }
}

/** One transaction that commits only when its body succeeds; a refusal leaves nothing behind. */
export async function runOrRefuse<Value>(
  transactions: Transactions,
  body: (work: Work) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  try {
    return await transactions.run(async (work) => {
      const result = await body(work);
      if (!result.ok) throw new RolledBack(result.errors);
      return result;
    });
  } catch (error) {
    if (error instanceof RolledBack) return refuseAll(error.errors);
    throw error;
  }
}
