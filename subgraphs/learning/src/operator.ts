import { postgresUnitOfWork } from '@pcc/events';
import {
  closeStack,
  errorMessage,
  systemClock,
  type Closable,
  type Logger,
  type Result,
} from '@pcc/platform';
import { redisPorts, StoreError } from '@pcc/stores';
import type { OperatorConfig } from './config.js';
import { connectDatabase, schema, type Database, type LearningPrisma } from './database.js';
import { makeAdmin, type MadeAdmin } from './features/administration/first-admin.js';
import { linkTo } from './features/mail/compose.js';
import { linkTokens } from './features/mail/link-token.js';
import { createAccessTokens, generateSigningKey } from './features/session/access-token.js';
import { createPeople } from './people.js';

/** What came of it, for the operator to read. */
export type AdminAnswer =
  | { readonly userErrors: readonly { readonly code: string; readonly message: string }[] }
  | (MadeAdmin & { readonly link: string | null });

/** @param publicUrl of the application; without it there is a token and no link */
export function adminAnswer(made: Result<MadeAdmin>, publicUrl: string | undefined): AdminAnswer {
  if (!made.ok) return { userErrors: made.errors };
  const { token } = made.value;
  const hasLink = token !== null && publicUrl !== undefined;
  return { ...made.value, link: hasLink ? linkTo(publicUrl, 'reset-password', token) : null };
}

export type { OperatorConfig } from './config.js';
export { readOperatorEnv } from './env.js';

export interface LearningOperator extends Closable {
  makeAdmin(input: unknown): Promise<AdminAnswer>;
}

/**
 * What an operator does on the database while nothing else need run: the services are those of a running learning, and
 * their events wait in the outbox for one.
 * @throws StoreError, in one clear line, when a store cannot be used
 */
export async function openLearningOperator(
  config: OperatorConfig,
  logger: Logger,
): Promise<LearningOperator> {
  const { databaseUrl, redisUrl, signingKeys, publicUrl } = config;
  const stack = closeStack(logger);
  try {
    const prisma = connectDatabase(databaseUrl);
    stack.defer('postgres', () => prisma.$disconnect());
    await mustBeMigrated(prisma);
    const redis = stack.use('redis', await redisPorts({ url: redisUrl, logger }));
    // No access token is signed here, and without learning's own keys no link either.
    const keys = signingKeys ?? [await generateSigningKey()];
    const accessTokens = await createAccessTokens(keys, systemClock);
    const people = createPeople({
      database: prisma,
      unitOfWork: postgresUnitOfWork<Database>({
        prisma,
        schema,
        onEvents: () => undefined, // the relay of the next learning that runs looks by itself
        logger,
      }),
      live: redis.sessions,
      accessTokens,
      linkTokens: linkTokens(accessTokens.deriveKeys('links in mails')),
      wakeMailWorker: () => undefined,
      clock: systemClock,
    });
    const links = signingKeys === undefined ? null : people.mails;
    const make = makeAdmin({ ...people, links });
    return {
      makeAdmin: async (input) => adminAnswer(await make(input), publicUrl),
      close: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function mustBeMigrated(prisma: LearningPrisma): Promise<void> {
  const [found] = await prisma.$queryRaw<{ table: string | null }[]>`
    SELECT to_regclass('learning.outbox')::text AS "table"`.catch((error: unknown) => {
    throw new StoreError(`Cannot use the database: ${driverMessage(error)}`, { cause: error });
  });
  if (found?.table === null) {
    throw new StoreError('The database has no tables of learning: run `npm run migrate` first.');
  }
}

/** What the server or the socket said: Prisma wraps it in lines about its own call. */
function driverMessage(error: unknown): string {
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: unknown } } };
  const cause = meta?.driverAdapterError?.cause as { originalMessage?: string } | undefined;
  return cause?.originalMessage ?? errorMessage(error).trim().split('\n').at(-1) ?? '';
}
