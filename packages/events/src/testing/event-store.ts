import { readFileSync } from 'node:fs';
import { silentLogger, systemClock, type Closable } from '@pcc/platform';
import { MongoClient, type ClientSession } from 'mongodb';
import pg from 'pg';
import type { StoredEvent } from '../event.js';
import { createMongoEventCollections, inboxOf, outboxOf } from '../mongo/collections.js';
import { mongoOutbox } from '../mongo/outbox.js';
import { mongoUnitOfWork } from '../mongo/unit-of-work.js';
import type { OutboxStore } from '../outbox.js';
import { postgresOutbox } from '../postgres/outbox.js';
import type { RawSql } from '../postgres/sql.js';
import { postgresUnitOfWork } from '../postgres/unit-of-work.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { prismaOn } from './prisma.js';

/** One store with its outbox, inbox and dead letters, and notes of what was done in its transactions. */
export interface EventStore<Transaction> extends Closable {
  /** Makes the tables; once for every database. */
  prepare(): Promise<void>;
  unitOfWork(onEvents?: () => void): UnitOfWork<Transaction>;
  readonly outbox: OutboxStore;
  /** Writes a note in a transaction: what an effect does, or a row that an event belongs to. */
  note(transaction: Transaction, kind: string, about: string): Promise<void>;
  /** What the notes of a kind are about, one for each. */
  notes(kind: string): Promise<string[]>;
  unpublished(): Promise<number>;
  /** Puts a row in the outbox as another version may have written it. */
  emitForeign(event: StoredEvent): Promise<void>;
  /** Dates the inbox and what was published back. */
  age(days: number): Promise<void>;
  /** Whether `prune` forgets old places in the inbox; an index of MongoDB does so by itself. */
  readonly prunesInbox: boolean;
}

/** Makes the tables of a fresh store, which ends its server when it is closed. */
export async function prepared<Transaction>(
  store: EventStore<Transaction>,
  server: Closable,
): Promise<EventStore<Transaction>> {
  await store.prepare();
  return {
    ...store,
    async close() {
      await store.close();
      await server.close();
    },
  };
}

const schema = 'shop';
const noop = () => undefined;

export function postgresEventStore(url: string): EventStore<RawSql> {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  // A server that goes away breaks idle connections: the next query says so.
  pool.on('error', noop);
  const prisma = prismaOn(pool);
  const query = async (sql: string, ...values: unknown[]) =>
    (await pool.query<Record<string, unknown>>(sql, values)).rows;
  return {
    async prepare() {
      const tables = readFileSync(new URL('../postgres/tables.sql', import.meta.url), 'utf8');
      await pool.query(
        `CREATE SCHEMA "${schema}"; ${tables.replaceAll('SCHEMA', schema)};
         CREATE TABLE "${schema}"."notes" ("kind" TEXT, "about" TEXT)`,
      );
    },
    unitOfWork: (onEvents = noop) =>
      postgresUnitOfWork({ prisma, schema, onEvents, logger: silentLogger }),
    outbox: postgresOutbox(prisma, schema),
    async note(transaction, kind, about) {
      const sql = `INSERT INTO "${schema}"."notes" VALUES ($1, $2)`;
      await transaction.$executeRawUnsafe(sql, kind, about);
    },
    async notes(kind) {
      const rows = await query(`SELECT "about" FROM "${schema}"."notes" WHERE "kind" = $1`, kind);
      return rows.map(({ about }) => String(about));
    },
    async unpublished() {
      const rows = await query(
        `SELECT count(*) AS n FROM "${schema}"."outbox" WHERE "published_at" IS NULL`,
      );
      return Number(rows[0]?.['n']);
    },
    async emitForeign({ eventId, type, aggregateId, aggregateVersion, occurredAt, data }) {
      await query(
        `INSERT INTO "${schema}"."outbox"
           ("event_id", "type", "aggregate_id", "aggregate_version", "occurred_at", "data")
         VALUES ($1, $2, $3, $4, $5, $6)`,
        eventId,
        type,
        aggregateId,
        aggregateVersion,
        occurredAt,
        JSON.stringify(data),
      );
    },
    async age(days) {
      const back = `- ${days} * interval '1 day'`;
      await query(`UPDATE "${schema}"."inbox" SET "processed_at" = "processed_at" ${back}`);
      await query(`UPDATE "${schema}"."outbox" SET "published_at" = "published_at" ${back}`);
    },
    prunesInbox: true,
    close: () => pool.end(),
  };
}

export function mongoEventStore(url: string, database = 'shop'): EventStore<ClientSession> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  const db = client.db(database);
  const notes = db.collection<{ kind: string; about: string }>('notes');
  return {
    async prepare() {
      for (const name of ['outbox', 'inbox', 'dead_letters', 'notes']) {
        await db.createCollection(name);
      }
      await createMongoEventCollections(db);
    },
    unitOfWork: (onEvents = noop) =>
      mongoUnitOfWork({ client, db, onEvents, logger: silentLogger }),
    outbox: mongoOutbox(db),
    async note(session, kind, about) {
      await notes.insertOne({ kind, about }, { session });
    },
    async notes(kind) {
      return (await notes.find({ kind }).toArray()).map(({ about }) => about);
    },
    unpublished: () => outboxOf(db).countDocuments({ publishedAt: null }),
    async emitForeign({ eventId, ...event }) {
      const waiting = { attempts: 0, availableAt: systemClock.now(), publishedAt: null };
      await outboxOf(db).insertOne({ _id: eventId, ...event, ...waiting });
    },
    async age(days) {
      const ms = days * 24 * 60 * 60 * 1000;
      const earlier = (field: string) => ({ $set: { [field]: { $subtract: [`$${field}`, ms] } } });
      await inboxOf(db).updateMany({}, [earlier('processedAt')]);
      await outboxOf(db).updateMany({ publishedAt: { $ne: null } }, [earlier('publishedAt')]);
    },
    prunesInbox: false,
    close: () => client.close(),
  };
}
