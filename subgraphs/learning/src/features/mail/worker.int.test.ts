import { newId, silentLogger, type Clock, type Worker } from '@pcc/platform';
import { startChild, waitFor } from '@pcc/testkit';
import { startTestPostgres, type TestPostgres } from '@pcc/stores/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type LearningPrisma } from '../../database.js';
import { migrateLearning } from '../../migrate.js';
import { composer } from './compose.js';
import { linkTokens } from './link-token.js';
import type { Mail } from './model.js';
import { mailService } from './service.js';
import { leaseMs, maximumAttempts, startMailWorker } from './worker.js';

let postgres: TestPostgres;
let prisma: LearningPrisma;
let clock: Clock & { pass(ms: number): void };
const tokens = linkTokens([Buffer.alloc(32, 7)]);
const workers: Worker[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  await migrateLearning({ databaseUrl: postgres.url, logger: silentLogger });
  prisma = connectDatabase(postgres.url);
});
afterAll(async () => {
  await prisma.$disconnect();
  await postgres.close();
});
beforeEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await prisma.$executeRaw`TRUNCATE "learning"."mail_queue", "learning"."users" CASCADE`;
  let offset = 0;
  clock = {
    now: () => new Date(Date.now() + offset),
    pass: (ms) => void (offset += ms),
  };
});

const service = () =>
  mailService({ database: prisma, tokens, clock, wake: () => workers.forEach((w) => w.wake()) });

/** A mail to somebody new. @returns her address */
async function queueMail(language = 'en'): Promise<string> {
  const id = newId();
  const email = `${id}@example.test`;
  await prisma.user.create({
    data: {
      ...{ id, email, passwordHash: '', displayName: 'Pat', role: 'student' },
      preferences: { create: { language, timeZone: 'UTC' } },
    },
  });
  const work = { transaction: prisma, emit: async () => undefined, afterCommit: () => undefined };
  await service().write(work, 'password-changed', id);
  return email;
}

function startWorker(send: (mail: Mail) => Promise<void>): Worker {
  const worker = startMailWorker({
    database: prisma,
    mailer: { send, close: () => undefined },
    compose: composer(tokens, 'https://school.test/app'),
    sweep: () => service().sweep(),
    clock,
    logger: silentLogger,
    pollMs: 20,
  });
  workers.push(worker);
  return worker;
}
const rows = () => prisma.queuedMail.findMany({ orderBy: { createdAt: 'asc' } });

describe('the mail worker', () => {
  it('sends each mail once, in the language of the person, however many workers there are', async () => {
    const sent: Mail[] = [];
    const addresses = [];
    for (let number = 1; number <= 25; number++) {
      addresses.push(await queueMail(['en', 'es', 'pt'][number % 3]));
    }
    for (let number = 1; number <= 3; number++) startWorker(async (mail) => void sent.push(mail));
    await waitFor(async () => (await rows()).every(({ sentAt }) => sentAt !== null));
    expect(sent.map(({ to }) => to).sort()).toEqual(addresses.sort());
    expect(new Set(sent.map(({ subject }) => subject)).size).toBe(3);
    expect(sent[0]?.link).toBe('https://school.test/app/forgot-password');
  });

  it('tries again later, holds up no other mail, and gives up at last', async () => {
    const bad = await queueMail();
    let attempts = 0;
    const sent: string[] = [];
    startWorker(async ({ to }) => {
      if (to !== bad) return void sent.push(to);
      attempts++;
      throw new Error('the server does not want it');
    });
    for (let attempt = 1; attempt <= maximumAttempts; attempt++) {
      await waitFor(() => attempts === attempt);
      const other = await queueMail();
      await waitFor(() => sent.includes(other));
      // Not again before its time, which is an hour at most.
      expect(attempts).toBe(attempt);
      clock.pass(60 * 60_000 + 1_000);
    }
    await waitFor(async () => (await rows())[0]?.failedAt !== null);
    expect((await rows())[0]).toMatchObject({ attempts: maximumAttempts, sentAt: null });
  });

  it('leaves a mail alone while somebody sends it', async () => {
    await queueMail();
    let release: () => void = () => undefined;
    let begun = 0;
    const slow = () =>
      new Promise<void>((resolve) => {
        begun++;
        release = resolve;
      });
    startWorker(slow);
    await waitFor(() => begun === 1);
    const idle: Mail[] = [];
    startWorker(async (mail) => void idle.push(mail));
    const other = await queueMail();
    await waitFor(() => idle.some(({ to }) => to === other));
    expect(idle).toHaveLength(1);
    release();
    await waitFor(async () => (await rows()).every(({ sentAt }) => sentAt !== null));
    expect([begun, idle.length]).toEqual([1, 1]);
  });

  it('sends again what a process was killed over, between sending and marking, under the same id', async () => {
    const email = await queueMail();
    const child = await startChild(new URL('./kill-child.ts', import.meta.url), {
      arguments: [postgres.url],
    });
    const line = await waitFor(() => child.lines[0]);
    await child.kill();
    expect(JSON.parse(line)).toMatchObject({ to: email });
    expect(await rows()).toMatchObject([{ sentAt: null, attempts: 1 }]);
    const again: Mail[] = [];
    startWorker(async (mail) => void again.push(mail));
    const other = await queueMail();
    await waitFor(() => again.length === 1);
    expect(again[0]?.to).toBe(other);
    clock.pass(leaseMs + 1_000);
    await waitFor(async () => (await rows()).every(({ sentAt }) => sentAt !== null));
    expect(again[1]).toEqual(JSON.parse(line));
  });

  it('writes to nobody for an address that nobody has, or a link that works no more', async () => {
    const work = { transaction: prisma, emit: async () => undefined, afterCommit: () => undefined };
    const email = await queueMail();
    const mails = service();
    const template = 'reset-password';
    for (const address of ['nobody@example.test', email]) {
      const tokenId = await mails.allow(work, { purpose: template, email: address });
      const mail = { email: address, ifKnown: template, otherwise: template, tokenId } as const;
      await mails.writeToAddress(work, { ...mail, language: 'en' });
    }
    await prisma.mailedToken.deleteMany({ where: { userId: { not: null } } });
    const sent: Mail[] = [];
    startWorker(async (mail) => void sent.push(mail));
    await waitFor(async () => (await rows()).every(({ sentAt }) => sentAt !== null));
    expect(sent.map(({ subject }) => subject)).toEqual(['Your password was changed']);
    expect(await rows()).toHaveLength(1);
  });

  it('forgets mails after a week, and links that have ended', async () => {
    const work = { transaction: prisma, emit: async () => undefined, afterCommit: () => undefined };
    const email = await queueMail();
    await service().allow(work, { purpose: 'reset-password', email });
    expect(await service().mayWrite(work, email, 'reset-password')).toBe(true);
    clock.pass(7 * 24 * 60 * 60_000 + 60_000);
    startWorker(async () => undefined);
    await waitFor(
      async () =>
        (await prisma.queuedMail.count()) +
          (await prisma.mailedToken.count()) +
          (await prisma.mailLimit.count()) ===
        0,
    );
  });
});
