import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/prisma/client.js';

export { Prisma };

/** The subgraph's schema. Raw statements name it: `search_path` cannot be relied on with PGlite. */
export const schema = 'learning';

/** What a repository asks: the client itself, or the transaction it was given. */
export type Database = Prisma.TransactionClient;

/** Few connections: the embedded Postgres has one session, and a server is shared by many processes. */
const maximumConnections = 5;

/** @param onQuery is told of every statement; tests count them */
export function connectDatabase(connectionString: string, onQuery?: (sql: string) => void) {
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString, max: maximumConnections }, { schema }),
    log: [{ emit: 'event', level: 'query' }],
  });
  if (onQuery !== undefined) prisma.$on('query', (event) => onQuery(event.query));
  return prisma;
}

export type LearningPrisma = ReturnType<typeof connectDatabase>;
