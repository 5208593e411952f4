import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ChdbConnection, ClickHouseConnection } from './connection.js';

type QueryParameters = Parameters<ClickHouseConnection['query']>[0];
type QueryResult = Awaited<ReturnType<ClickHouseConnection['query']>>;

interface OpenStream {
  destroy(reason: Error): Promise<void>;
}

export interface StreamingEngine {
  /** A connection of the call's own, ready for its query. */
  readonly open: () => Promise<ChdbConnection>;
  /** Runs native work when there is a free place, and gives errors the client's form. */
  readonly track: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Those that are open, to be ended when the engine closes. */
  readonly streams: Set<OpenStream>;
}

/** Formats of which each chunk makes sense by itself; of others every chunk would have its own header. */
const format =
  /\bFORMAT\s+(JSONEachRow|JSONStringsEachRow|JSONCompactEachRow|JSONCompactStringsEachRow|TabSeparated|CSV)\s*$/i;

export const isStreamable = (query: string): boolean => format.test(query);

/**
 * Reads a result as the engine makes it. chdb's own connection gives the whole result at once, of a million rows
 * as well.
 *
 * @returns `undefined` for a statement of which the engine cannot stream the result (SHOW, EXPLAIN, …)
 */
export async function streamResult(
  { query, query_id, abort_signal }: QueryParameters,
  engine: StreamingEngine,
): Promise<QueryResult | undefined> {
  const started = await untilAborted(
    engine.track(() => start(query, engine)),
    abort_signal,
  );
  if (started === undefined) return undefined;
  const stream = started.ended
    ? Readable.from(started.first, { objectMode: false })
    : restOf(started, engine, abort_signal);
  // Whoever reads it hears of errors anyway; when the client closes a result unread, nobody does.
  stream.on('error', () => undefined);
  return {
    stream,
    query_id: query_id ?? randomUUID(),
    response_headers: {},
    http_status_code: 200,
  };
}

interface Started {
  readonly connection: ChdbConnection;
  readonly chunks: AsyncIterator<{ raw(): Uint8Array }>;
  readonly first: readonly Uint8Array[];
  readonly ended: boolean;
}

/** Reads two chunks: most results end with them, and then nothing stays open. */
async function start(query: string, engine: StreamingEngine): Promise<Started | undefined> {
  const connection = await engine.open();
  let ended = true;
  try {
    // Without the signal: giving up before the first chunk would block this thread until there is one.
    const stream = connection.chdb.queryStream(query, { format: format.exec(query)?.[1] ?? '' });
    const chunks = stream[Symbol.asyncIterator]();
    const first: Uint8Array[] = [];
    for (ended = false; !ended && first.length < 2;) {
      const next = await chunks.next();
      if (next.done === true) ended = true;
      else first.push(next.value.raw());
    }
    return { connection, chunks, first, ended };
  } catch (error) {
    ended = true;
    const message = error instanceof Error ? error.message : '';
    if (message.includes('Streaming query is not supported')) return undefined;
    throw error;
  } finally {
    if (ended) await connection.close();
  }
}

function restOf(
  { connection, chunks, first }: Started,
  { track, streams }: StreamingEngine,
  signal: AbortSignal | undefined,
): Readable {
  const read = async function* () {
    yield* first;
    for (;;) {
      // In its turn, and not at all while nobody reads: a slow reader holds no place.
      const next = await track(() => chunks.next());
      if (next.done === true) return;
      yield next.value.raw();
    }
  };
  const stream = Readable.from(read(), { objectMode: false });
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const open: OpenStream = {
    async destroy(reason) {
      stream.destroy(reason);
      await closed;
    },
  };
  const abort = () => void open.destroy(abortError());
  signal?.addEventListener('abort', abort);
  streams.add(open);
  // Read to its end, failed, or given up, perhaps before anything was read.
  stream.once('close', () => {
    signal?.removeEventListener('abort', abort);
    streams.delete(open);
    void chunks.return?.();
    void connection.close();
  });
  return stream;
}

/** The engine goes on with what it has begun; whoever asked does not wait for that. */
async function untilAborted(
  opening: Promise<Started | undefined>,
  signal: AbortSignal | undefined,
): Promise<Started | undefined> {
  if (signal === undefined) return opening;
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(abortError());
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    void opening.then(closeLate, () => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function closeLate(started: Started | undefined): Promise<void> {
  if (started === undefined || started.ended) return;
  await started.chunks.return?.();
  await started.connection.close();
}

/** As the client says it over HTTP. */
const abortError = () => new Error('The user aborted a request.');
