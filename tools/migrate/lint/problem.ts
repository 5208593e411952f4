import type { Catalogue, Table } from './catalogue.js';
import type { PrismaNames } from './prisma-names.js';

/** What a rule has against a statement. */
export interface Problem {
  readonly rule:
    | 'not-null'
    | 'rewrite'
    | 'contract'
    | 'blocking-index'
    | 'not-valid'
    | 'no-transaction'
    | 'transaction'
    | 'down';
  readonly text: string;
}

/** The migration that is being read. */
export interface MigrationContext {
  readonly catalogue: Catalogue;
  readonly prisma: PrismaNames;
  readonly migration: string;
  /** Its first line is `-- no-transaction`. */
  readonly isBare: boolean;
  /** It says `-- contract: …` before its first statement. */
  readonly isContract: boolean;
}

/** Whether rows and readers may be there: not in a table that this very migration makes. */
export const isInUse = (context: MigrationContext, table: Table | undefined): boolean =>
  table?.madeBy !== context.migration;

/** What is renamed or dropped must be out of the code, and the file must say so. */
export function removal(context: MigrationContext, what: string, isUsed: boolean): Problem[] {
  if (!context.isContract) {
    return [
      {
        rule: 'contract',
        text: `${what} goes, while the release before this one may still use it; drop it in a later release, in a file that begins with "-- contract: removed from the code in …"`,
      },
    ];
  }
  return isUsed ? [{ rule: 'contract', text: `${what} goes, but schema.prisma still has it` }] : [];
}
