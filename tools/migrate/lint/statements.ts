import { loadModule, type Node, parseSync } from 'libpg-query';

/** One statement of a migration. */
export interface Statement {
  readonly node: Node;
  /** Where it begins in the file. */
  readonly line: number;
}

/** A file that is no SQL. */
export class NotSql extends Error {
  override readonly name = 'NotSql';
}

/** PostgreSQL's own parser, compiled to WebAssembly: to be called once, before `parseSql`. */
export const loadParser: () => Promise<void> = loadModule;

/** @throws NotSql */
export function parseSql(sql: string): Statement[] {
  const bytes = Buffer.from(sql);
  try {
    return (parseSync(sql).stmts ?? []).flatMap(({ stmt, stmt_location = 0 }) =>
      stmt === undefined ? [] : [{ node: stmt, line: lineAt(bytes, stmt_location) }],
    );
  } catch (error) {
    throw new NotSql(error instanceof Error ? error.message : String(error));
  }
}

/** A statement's location is in bytes, and before the blanks and comments that lead to it. */
function lineAt(bytes: Buffer, location: number): number {
  const lead = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(bytes.toString('utf8', location));
  const before = bytes.toString('utf8', 0, location) + (lead?.[0] ?? '');
  return before.split('\n').length;
}
