import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';
import { migrateCommerce } from '@pcc/commerce';
import { migrateContent } from '@pcc/content';
import { generateSigningKey, migrateLearning } from '@pcc/learning';
import { closeStack, silentLogger } from '@pcc/platform';
import { startEmbeddedMongo, startEmbeddedObjectStorage } from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import {
  freePort,
  graphClient,
  registerStudent,
  seed,
  startSmtpServer,
  testDirectory,
  waitFor,
  type GraphClient,
  type Mailbox,
} from '@pcc/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Production's shape: every part a process of its own, events and live topics over a real Redis. Insights
// stays out, for want of a ClickHouse server that answers over HTTP.

const redisUrl = process.env['TEST_REDIS_URL'];
const root = fileURLToPath(new URL('..', import.meta.url));
const stack = closeStack(silentLogger);
let ports: Record<'learning' | 'commerce' | 'content' | 'router', number>;
let environment: Record<string, string>;
let mailbox: Mailbox;

function run(main: string, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  stack.defer(main, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
}

const startSubgraph = (name: 'learning' | 'commerce' | 'content') =>
  run(`subgraphs/${name}/dist/main.js`, { ...environment, PORT: String(ports[name]) });

describe.skipIf(redisUrl === undefined)('processes of their own', () => {
  let content: ChildProcess;

  beforeAll(async () => {
    const directory = stack.use('directory', await testDirectory());
    const postgres = stack.use('postgres', await startTestPostgres());
    const at = (name: string) => ({ directory: join(directory.path, name), logger: silentLogger });
    const mongo = stack.use('mongo', await startEmbeddedMongo(at('mongo')));
    const objects = stack.use('objects', await startEmbeddedObjectStorage(at('objects')));
    const smtp = stack.use('mail server', await startSmtpServer());
    mailbox = smtp;
    const stores = { databaseUrl: postgres.url, mongoUrl: mongo.url, s3Url: objects.url };
    await migrateLearning({ ...stores, logger: silentLogger });
    await migrateCommerce({ ...stores, logger: silentLogger });
    await migrateContent({ ...stores, logger: silentLogger });
    ports = {
      learning: await freePort(),
      commerce: await freePort(),
      content: await freePort(),
      router: await freePort(),
    };
    environment = {
      DATABASE_URL: stores.databaseUrl,
      MONGODB_URL: stores.mongoUrl,
      S3_URL: stores.s3Url,
      REDIS_URL: redisUrl ?? '',
      VIEWER_SIGNING_SECRETS: randomBytes(32).toString('hex'),
      TOKEN_SIGNING_KEYS: await generateSigningKey(),
      SMTP_URL: smtp.url,
      MAIL_FROM: 'LMS <no-reply@lms.test>',
      PUBLIC_URL: 'https://lms.test',
      CERTIFICATE_VERIFICATION_URL: 'https://school.example/verify/{code}',
      PAYMENT_PROVIDER: 'sandbox',
      PAYMENT_WEBHOOK_SECRETS: `whsec_${randomBytes(24).toString('hex')}`,
      COMMERCE_PUBLIC_URL: `http://127.0.0.1:${ports.commerce}`,
    };
    startSubgraph('learning');
    startSubgraph('commerce');
    content = startSubgraph('content');
    run('router/dist/main.js', {
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(ports.router),
      JWKS_URL: `http://127.0.0.1:${ports.learning}/.well-known/jwks.json`,
      SUBGRAPHS: (['learning', 'commerce', 'content'] as const)
        .map((name) => `${name}=http://127.0.0.1:${ports[name]}/graphql`)
        .join(),
    });
    const ready = () => fetch(`http://127.0.0.1:${ports.router}/ready`).then((answer) => answer.ok);
    await waitFor(ready, { what: 'the router to be ready', timeoutMs: 60_000 });
  }, 120_000);
  afterAll(() => stack.close());

  it('bring events and live notifications across, also past a killed subgraph', async () => {
    const visitor = graphClient(`http://127.0.0.1:${ports.router}`);
    const teacher = await instructor(visitor);
    const course = await seed(teacher).course().published().create();
    const live = teacher.subscribe<{ notificationReceived: { kind: string; seq: number } }>(
      'subscription { notificationReceived(after: 0) { kind seq } }',
    );
    stack.defer('subscription', () => live.close());
    await live.connected;
    const enrol = async () => {
      const { client } = await registerStudent(visitor, mailbox);
      await client.run(
        'mutation ($id: ID!) { enrollInCourse(input: { courseId: $id }) { userErrors { code } } }',
        { id: course.id },
      );
    };

    await enrol();
    await waitFor(() => live.received.length === 1);

    // Nobody handles the event while content is dead; it waits in the stream.
    content.kill('SIGKILL');
    await once(content, 'exit');
    await enrol();
    expect((await visitor.query('{ courses { totalCount } }')).errors).toBeUndefined();
    startSubgraph('content');
    await waitFor(() => live.received.length === 2, { timeoutMs: 90_000 });
    expect(live.received.map(({ notificationReceived }) => notificationReceived)).toEqual([
      { kind: 'STUDENT_ENROLLED', seq: 1 },
      { kind: 'STUDENT_ENROLLED', seq: 2 },
    ]);
  });
});

/** Somebody who teaches. Roles are given by admins, and this platform has none yet: the test writes it. */
async function instructor(visitor: GraphClient): Promise<GraphClient> {
  const { id, account } = await registerStudent(visitor, mailbox);
  const database = new pg.Client({ connectionString: environment['DATABASE_URL'] });
  await database.connect();
  await database.query(`UPDATE "learning"."users" SET "role" = 'instructor' WHERE "id" = $1`, [id]);
  await database.end();
  return visitor.signIn(account);
}
