import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Catalogue, newCatalogue } from './catalogue.js';
import { prismaNames, type PrismaNames } from './prisma-names.js';
import type { MigrationContext, Problem } from './problem.js';
import { checkStatement } from './statement.js';
import { loadParser, NotSql, parseSql, type Statement } from './statements.js';

/** The files of one subgraph's migrations. */
export interface MigrationSource {
  readonly name: string;
  readonly up: string;
  readonly down: string | undefined;
}

export interface Found extends Pick<Problem, 'text'> {
  readonly rule: Problem['rule'] | 'syntax';
  /** `0002_more/migration.sql` */
  readonly file: string;
  readonly line: number;
}

const noTransaction = '-- no-transaction';

/** Reads what a subgraph has, and checks it. @param folder has `schema.prisma` and `migrations` */
export async function checkSubgraph(folder: string, schema: string): Promise<Found[]> {
  const directory = join(folder, 'migrations');
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const sources = await Promise.all(
    names.sort().map(async (name) => ({
      name,
      up: await readFile(join(directory, name, 'migration.sql'), 'utf8'),
      down: await readFile(join(directory, name, 'down.sql'), 'utf8').catch(() => undefined),
    })),
  );
  return checkMigrations(schema, sources, await readFile(join(folder, 'schema.prisma'), 'utf8'));
}

/**
 * Checks that migrations let the release before them run on (expand), take nothing away that is in use
 * (contract), and keep nobody waiting for long. A table that a migration makes is its own to do with.
 */
export async function checkMigrations(
  schema: string,
  sources: readonly MigrationSource[],
  prismaSchema: string,
): Promise<Found[]> {
  await loadParser();
  const catalogue = newCatalogue(schema);
  const prisma = prismaNames(prismaSchema);
  return [
    ...sources.flatMap((source) => [...checkUp(source, catalogue, prisma), ...checkDown(source)]),
    ...neverValidated(catalogue),
  ];
}

function checkUp(source: MigrationSource, catalogue: Catalogue, prisma: PrismaNames): Found[] {
  const file = `${source.name}/migration.sql`;
  const statements = parse(source.up, file);
  if (!Array.isArray(statements)) return [statements];
  const context: MigrationContext = {
    catalogue,
    prisma,
    migration: source.name,
    isBare: source.up.startsWith(noTransaction),
    isContract: /^(?:--.*\n)*?-- contract: *\S/.test(source.up),
  };
  const found = statements.flatMap(({ node, line }) =>
    checkStatement(node, context).map((problem) => ({ ...problem, file, line })),
  );
  return [...found, ...oneIfBare(source.up, statements, file)];
}

function checkDown({ name, down }: MigrationSource): Found[] {
  const file = `${name}/down.sql`;
  const missing = (text: string): Found => ({ rule: 'down', text, file, line: 1 });
  if (down === undefined) return [missing('every migration has a way back, written beside it')];
  const statements = parse(down, file);
  if (!Array.isArray(statements)) return [statements];
  if (statements.length === 0) return [missing('says nothing')];
  return oneIfBare(down, statements, file);
}

/** Several statements sent at once are one transaction again. */
function oneIfBare(sql: string, statements: readonly Statement[], file: string): Found[] {
  if (!sql.startsWith(noTransaction) || statements.length === 1) return [];
  const text = 'a file without a transaction has one statement, so that it is done or not';
  return [{ rule: 'no-transaction', text, file, line: statements[1]?.line ?? 1 }];
}

function parse(sql: string, file: string): Statement[] | Found {
  try {
    return parseSql(sql);
  } catch (error) {
    if (!(error instanceof NotSql)) throw error;
    return { rule: 'syntax', text: error.message, file, line: 1 };
  }
}

function neverValidated({ tables }: Catalogue): Found[] {
  return [...tables].flatMap(([name, { constraints }]) =>
    [...constraints]
      .filter(([, { validated }]) => !validated)
      .map(([constraint, { addedBy }]) => ({
        rule: 'not-valid' as const,
        text: `"${constraint}" of ${name} is never validated: add a migration that does`,
        file: `${addedBy}/migration.sql`,
        line: 1,
      })),
  );
}
