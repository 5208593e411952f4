import type { Database } from '../../database.js';
import type { LedgerEntry } from '../../generated/prisma/client.js';

export const ledgerRepository = {
  /** One statement: the table's trigger demands that each statement leaves its transactions balanced. */
  async insert(db: Database, entries: LedgerEntry[]): Promise<void> {
    await db.ledgerEntry.createMany({ data: entries });
  },
};
