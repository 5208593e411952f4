import type { ClickHouseConnection } from './connection.js';

type InsertParameters = Parameters<ClickHouseConnection['insert']>[0];
type InsertResult = Awaited<ReturnType<ClickHouseConnection['insert']>>;

const maxChunkBytes = 1024 * 1024;
const newline = 0x0a;

/** Formats with a row a line, of which any number of whole lines is an insert. */
const lineFormat =
  /\bFORMAT\s+(JSONEachRow|JSONStringsEachRow|JSONCompactEachRow|JSONCompactStringsEachRow|TabSeparated)\s*$/i;

/**
 * Inserts a stream a megabyte at a time, as a server cuts a long insert into blocks: what went in before a failure
 * stays. chdb's own connection makes one string of it, and breaks characters that lie across two chunks.
 */
export async function insertInChunks(
  params: InsertParameters,
  insert: (params: InsertParameters) => Promise<InsertResult>,
): Promise<InsertResult> {
  const { values } = params;
  if (typeof values === 'string') return insert(params);
  if (!lineFormat.test(params.query)) return insert({ ...params, values: await textOf(values) });
  const token = params.clickhouse_settings?.insert_deduplication_token;
  let total: InsertResult | undefined;
  let count = 0;
  for await (const chunk of linesOf(values)) {
    const settings = { ...params.clickhouse_settings };
    // With one token for all, the second chunk would count as the first one sent again.
    if (token !== undefined && count > 0) settings.insert_deduplication_token = `${token}:${count}`;
    const result = await insert({ ...params, values: chunk, clickhouse_settings: settings });
    total = total === undefined ? result : added(total, result);
    count++;
  }
  return total ?? insert({ ...params, values: '' });
}

async function textOf(values: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of values) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** Whole lines, as many as fit. */
async function* linesOf(values: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const value of values) {
    const chunk = Buffer.from(value);
    waiting.push(chunk);
    size += chunk.length;
    const end = size < maxChunkBytes ? -1 : chunk.lastIndexOf(newline);
    if (end === -1) continue;
    const all = Buffer.concat(waiting);
    const cut = all.length - chunk.length + end + 1;
    yield all.toString('utf8', 0, cut);
    waiting = [all.subarray(cut)];
    size = all.length - cut;
  }
  if (size > 0) yield Buffer.concat(waiting).toString();
}

function added(total: InsertResult, { summary }: InsertResult): InsertResult {
  if (total.summary === undefined || summary === undefined) return total;
  const sum = { ...total.summary };
  for (const name of ['read_rows', 'read_bytes', 'written_rows', 'written_bytes'] as const) {
    sum[name] = String(Number(sum[name]) + Number(summary[name]));
  }
  return { ...total, summary: sum };
}
