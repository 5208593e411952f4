import { PrismaPg } from '@prisma/adapter-pg';
import type { UnitOfWork, Work as EventWork } from '@pcc/events';
import { PrismaClient, type Prisma } from './generated/prisma/client.js';

export const schemaName = 'commerce';

/** What repositories run statements on: the pool, or the transaction that they are called in. */
export type Database = Prisma.TransactionClient;
export type Transactions = UnitOfWork<Database>;
export type Work = EventWork<Database>;

// The embedded Postgres has one session, so more connections would only queue there.
const poolSize = 5;

/** @param onQuery is told of every statement; tests count them */
export function openDatabase(url: string, onQuery?: (sql: string) => void): PrismaClient {
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: poolSize }, { schema: schemaName }),
    log: [{ emit: 'event', level: 'query' }],
  });
  if (onQuery !== undefined) prisma.$on('query', (event) => onQuery(event.query));
  return prisma;
}

/** Turns a raw row's `snake_case` columns into a model's `camelCase` fields. */
export const toModel = <Model>(row: Readonly<Record<string, unknown>>): Model =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as Model;
