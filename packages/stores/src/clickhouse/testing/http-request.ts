import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import busboy from 'busboy';

/** What a request of ClickHouse's HTTP interface asks for. */
export interface HttpQuery {
  readonly query: string;
  /** The rows of an INSERT whose statement came in the URL. */
  readonly rows: Readable | undefined;
  readonly database: string;
  readonly queryId: string | undefined;
  /** Settings, and values of the query's parameters: as `param_…`, escaped as in TSV. */
  readonly settings: Readonly<Record<string, string>>;
  readonly isCompressed: boolean;
}

/** Parameters of the URL that say something else. */
const own = ['query', 'query_id', 'database', 'role', 'user', 'password'];

/** https://clickhouse.com/docs/interfaces/http */
export async function readHttpQuery(request: IncomingMessage, url: URL): Promise<HttpQuery> {
  const form = (request.headers['content-type'] ?? '').startsWith('multipart/form-data')
    ? await readForm(request)
    : [];
  const all = new Map([...url.searchParams, ...form]);
  const body = form.length > 0 ? undefined : bodyOf(request);
  const statement = all.get('query') ?? '';
  const isInsert = /^\s*INSERT\b/i.test(statement) && request.method === 'POST';
  const rest = isInsert || body === undefined ? '' : await textOf(body);
  const settings = [...all].filter(([name]) => !own.includes(name));
  return {
    query: [statement, rest].filter((part) => part !== '').join('\n'),
    rows: isInsert ? body : undefined,
    database: all.get('database') ?? 'default',
    queryId: all.get('query_id'),
    settings: Object.fromEntries(settings),
    isCompressed:
      all.get('enable_http_compression') === '1' &&
      /\bgzip\b/.test(String(request.headers['accept-encoding'])),
  };
}

function bodyOf(request: IncomingMessage): Readable {
  if (request.headers['content-encoding'] !== 'gzip') return request;
  return pipeline(request, createGunzip(), () => undefined); // whoever reads it sees the error
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function readForm(request: IncomingMessage): Promise<[string, string][]> {
  return new Promise((resolve, reject) => {
    const fields: [string, string][] = [];
    const form = busboy({ headers: request.headers, limits: { fieldSize: Infinity } });
    form.on('field', (name, value) => fields.push([name, value]));
    form.on('close', () => resolve(fields));
    form.on('error', reject);
    request.pipe(form);
  });
}
