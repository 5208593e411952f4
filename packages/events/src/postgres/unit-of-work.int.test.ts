import { readFileSync } from 'node:fs';
import { silentLogger } from '@pcc/platform';
import { startTestPostgres } from '@pcc/stores/testing';
import { waitFor } from '@pcc/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsumer } from '../consumer.js';
import { inProcessEventBus } from '../in-process/bus.js';
import { startRelay } from '../relay.js';
import {
  postgresOutbox,
  postgresUnitOfWork,
  type PrismaLike,
  type RawSql,
} from './unit-of-work.js';

/** The same raw calls that Prisma offers, on the plain driver: this package knows no Prisma schema. */
function prismaOn(pool: pg.Pool): PrismaLike<RawSql> {
  const raw = (client: pg.Pool | pg.PoolClient): RawSql => ({
    $executeRawUnsafe: async (sql, ...values) => (await client.query(sql, values)).rowCount ?? 0,
    $queryRawUnsafe: async <Rows>(sql: string, ...values: unknown[]) =>
      (await client.query(sql, values)).rows as Rows,
  });
  return {
    ...raw(pool),
    async $transaction(body) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const value = await body(raw(client));
        await client.query('COMMIT');
        return value;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

let pool: pg.Pool;
let close: () => Promise<void>;
let prisma: PrismaLike<RawSql>;

beforeAll(async () => {
  const postgres = await startTestPostgres();
  pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
  prisma = prismaOn(pool);
  const tables = readFileSync(new URL('./tables.sql', import.meta.url), 'utf8');
  await pool.query(`CREATE SCHEMA "shop"; ${tables.replaceAll('SCHEMA', 'shop')}`);
  await pool.query('CREATE TABLE "shop"."effects" ("event_id" TEXT)');
  close = async () => {
    await pool.end();
    await postgres.close();
  };
});
afterAll(() => close());

const work = (onEvents: () => void = () => undefined) =>
  postgresUnitOfWork({ prisma, schema: 'shop', onEvents, logger: silentLogger });

const session = (userId: string) => ({ aggregateId: userId, data: { userId, sessionId: 's' } });
const count = async (table: string, where = 'true') => {
  const { rows } = await pool.query<{ n: string }>(
    `SELECT count(*) n FROM "shop"."${table}" WHERE ${where}`,
  );
  return Number(rows[0]?.n);
};

describe('the unit of work on PostgreSQL', () => {
  it('commits rows and events together, or neither', async () => {
    const before = await count('outbox');
    let woken = 0;
    await work(() => woken++).run(async ({ emit }) => emit('session.started', session('kept')));
    const lost = work(() => woken++).run(async ({ emit }) => {
      await emit('session.started', session('lost'));
      throw new Error('rolled back');
    });
    await expect(lost).rejects.toThrow('rolled back');
    expect([(await count('outbox')) - before, woken]).toEqual([1, 1]);
  });

  it('runs what was left for after the commit only after one, and survives its failure', async () => {
    const seen: string[] = [];
    await work().run(async ({ afterCommit }) => {
      afterCommit(() => {
        seen.push('first');
        throw new Error('pubsub is down');
      });
      afterCommit(() => void seen.push('second'));
    });
    await work()
      .run(async ({ afterCommit }) => {
        afterCommit(() => void seen.push('never'));
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    expect(seen).toEqual(['first', 'second']);
  });

  it('has every effect once, though two relays and a retry deliver more often', async () => {
    const bus = inProcessEventBus({ groups: ['shop'], backoffMs: 1 });
    const failedOnce = new Set<string>();
    const consumer = await startConsumer({
      group: 'shop',
      bus,
      unitOfWork: work(),
      logger: silentLogger,
      handlers: {
        'user.registered': async (event, { transaction }) => {
          await transaction.$executeRawUnsafe(
            'INSERT INTO "shop"."effects" VALUES ($1)',
            event.eventId,
          );
          // Fails after its write the first time: the write must be rolled back with the inbox row.
          if (!failedOnce.has(event.eventId)) {
            failedOnce.add(event.eventId);
            throw new Error('once');
          }
        },
      },
    });
    const events = 30;
    for (let index = 0; index < events; index++) {
      await work().run(({ emit }) =>
        emit('user.registered', {
          aggregateId: `u${index}`,
          data: { userId: `u${index}`, role: 'student', language: 'en' },
        }),
      );
    }
    const store = postgresOutbox(prisma, 'shop');
    const publishedTwice = {
      ...bus,
      publish: async (event: Parameters<typeof bus.publish>[0]) => {
        await bus.publish(event);
        await bus.publish(event);
      },
    };
    const relays = [bus, publishedTwice].map((target) =>
      startRelay({ store, bus: target, logger: silentLogger, batchSize: 5, pollMs: 20 }),
    );
    await waitFor(async () => (await count('outbox', 'published_at IS NULL')) === 0);
    await Promise.all(relays.map((relay) => relay.close()));
    await consumer.close();
    expect(await count('effects')).toBe(events);
    const { rows } = await pool.query('SELECT DISTINCT event_id FROM "shop"."effects"');
    expect(rows).toHaveLength(events);
  });

  it('keeps what it buries, with the reason', async () => {
    const bus = inProcessEventBus({ groups: ['shop'], attempts: 2, backoffMs: 1 });
    await startConsumer({
      group: 'shop',
      bus,
      unitOfWork: work(),
      logger: silentLogger,
      handlers: { 'course.completed': () => Promise.reject(new Error('cannot')) },
    });
    await work().run(({ emit }) =>
      emit('course.completed', {
        aggregateId: 'e',
        data: { enrollmentId: 'e', userId: 'u', courseId: 'c' },
      }),
    );
    const relay = startRelay({
      store: postgresOutbox(prisma, 'shop'),
      bus,
      logger: silentLogger,
    });
    await waitFor(async () => (await count('dead_letters', `"error" = 'cannot'`)) === 1);
    await relay.close();
  });

  it('gives back an event whose publisher died when its lease runs out', async () => {
    await work().run(({ emit }) => emit('session.started', session('leased')));
    const store = postgresOutbox(prisma, 'shop');
    const first = await store.lease(100, 1);
    const mine = (entries: typeof first) =>
      entries.find(({ event }) => event.aggregateId === 'leased');
    expect(mine(first)?.attempts).toBe(1);
    const second = await waitFor(async () => mine(await store.lease(100, 60_000)));
    expect(second.attempts).toBe(2);
    expect(mine(await store.lease(100, 60_000))).toBeUndefined();
  });
});
