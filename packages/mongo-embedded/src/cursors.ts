import { calculateObjectSize } from 'bson';
import { CommandError } from './errors.js';
import type { Document } from './bson/types.js';
import type { Logger } from './logger.js';

interface Cursor {
  documents: readonly Document[];
  position: number;
  namespace: string;
  /** Cursors of a session end with it. */
  session: string | undefined;
  touchedAt: number;
}

/** Open result sets. A cursor is a snapshot: later writes do not change what it returns. */
export interface Cursors {
  /** The first batch, and a cursor id if there is more (0 otherwise). */
  open(
    documents: readonly Document[],
    options: {
      namespace: string;
      batchSize: number | undefined;
      singleBatch?: boolean;
      session?: string | undefined;
    },
  ): { batch: Document[]; id: bigint };
  next(
    id: bigint,
    namespace: string,
    batchSize: number | undefined,
  ): { batch: Document[]; id: bigint };
  kill(id: bigint): boolean;
  killSession(session: string): void;
  sweep(now: number): void;
  readonly size: number;
}

const idleMs = 10 * 60_000;
const maxOpen = 5_000;
const firstBatchSize = 101;
/** A reply stays below the 48 MB that a message may have, as MongoDB's batches do. */
const maxBatchBytes = 16 * 1024 * 1024;

export function createCursors(logger: Logger, clock: () => number = Date.now): Cursors {
  const cursors = new Map<bigint, Cursor>();
  let nextId = BigInt(clock());

  const evictOldest = (): void => {
    let oldest: [bigint, Cursor] | undefined;
    for (const entry of cursors)
      if (!oldest || entry[1].touchedAt < oldest[1].touchedAt) oldest = entry;
    if (!oldest) return;
    cursors.delete(oldest[0]);
    logger.warn({ namespace: oldest[1].namespace }, 'too many open cursors: the oldest was closed');
  };

  return {
    open(documents, { namespace, batchSize, singleBatch = false, session }) {
      const batch = takeBatch(documents, 0, batchSize ?? firstBatchSize);
      if (singleBatch || batch.length >= documents.length) return { batch, id: 0n };
      if (cursors.size >= maxOpen) evictOldest();
      const id = nextId++;
      const position = batch.length;
      cursors.set(id, { documents, position, namespace, session, touchedAt: clock() });
      return { batch, id };
    },
    next(id, namespace, batchSize) {
      const cursor = cursors.get(id);
      if (!cursor || cursor.namespace !== namespace)
        throw new CommandError('CursorNotFound', `cursor id ${id} not found`);
      const batch = takeBatch(cursor.documents, cursor.position, batchSize || Infinity);
      cursor.position += batch.length;
      cursor.touchedAt = clock();
      if (cursor.position < cursor.documents.length) return { batch, id };
      cursors.delete(id);
      return { batch, id: 0n };
    },
    kill: (id) => cursors.delete(id),
    killSession(session) {
      for (const [id, cursor] of cursors) if (cursor.session === session) cursors.delete(id);
    },
    sweep(now) {
      for (const [id, cursor] of cursors) if (now - cursor.touchedAt > idleMs) cursors.delete(id);
    },
    get size() {
      return cursors.size;
    },
  };
}

function takeBatch(documents: readonly Document[], from: number, count: number): Document[] {
  const batch: Document[] = [];
  let bytes = 0;
  for (let at = from; at < documents.length && batch.length < count; at++) {
    const document = documents[at];
    if (!document) break;
    bytes += calculateObjectSize(document, { ignoreUndefined: true });
    if (batch.length > 0 && bytes > maxBatchBytes) break;
    batch.push(document);
  }
  return batch;
}
