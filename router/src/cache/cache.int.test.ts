import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph();
});
afterAll(() => graph.close());

let fresh = 0;
/** Text that no other test asks for; comments and spaces would be normalised away. */
const distinct = () => `c${++fresh}`;
const fetches = async (run: () => Promise<unknown>) => {
  const before = graph.seen.length;
  await run();
  return graph.seen.length - before;
};

describe('the response cache', () => {
  it('keeps a public answer and says how long', async () => {
    const query = `{ ${distinct()}: courses { id title } }`;
    const first = await graph.post({ query });
    expect(first.headers.get('cache-control')).toBe(
      'public, max-age=60, stale-while-revalidate=60',
    );
    let second: typeof first | undefined;
    expect(await fetches(async () => (second = await graph.post({ query })))).toBe(0);
    expect(second?.data).toEqual(first.data);
    expect(Number(second?.headers.get('age'))).toBeGreaterThanOrEqual(0);
  });

  it('knows an operation whatever its layout and name of file', async () => {
    const alias = distinct();
    await graph.post({ query: `query A { ${alias}: courses { id title } }` });
    const other = `query A {\n  # comment\n  ${alias}: courses { ...F }\n}\nfragment F on Course { id title }`;
    expect(await fetches(() => graph.post({ query: other }))).toBe(1);
    const same = `query A {\n  # comment\n  ${alias}:   courses { id, title }\n}\nquery B { me { id } }`;
    expect(await fetches(() => graph.post({ query: same, operationName: 'A' }))).toBe(0);
  });

  it('takes the strictest policy of all parts', async () => {
    const alias = distinct();
    const query = `{ ${alias}: courses { id } course(id: "c1") { id title } }`;
    expect((await graph.post({ query })).headers.get('cache-control')).toBe(
      'public, max-age=30, stale-while-revalidate=30',
    );
  });

  it('keeps nothing that one subgraph gave no policy for', async () => {
    const query = `{ ${distinct()}: courses { id noteCount } }`;
    expect((await graph.post({ query })).headers.get('cache-control')).toBe('no-store');
    expect(await fetches(() => graph.post({ query }))).toBeGreaterThan(0);
  });

  it('keeps nothing with a field that depends on the viewer', async () => {
    const query = `{ ${distinct()}: courses { id mine } }`;
    expect((await graph.post({ query })).headers.get('cache-control')).toBe('no-store');
  });

  it('never keeps an error', async () => {
    const query = `{ ${distinct()}: fails }`;
    const first = await graph.post({ query });
    expect(first.errors).toHaveLength(1);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(await fetches(() => graph.post({ query }))).toBe(1);
  });

  it('tells variables apart', async () => {
    const query = `query Q($id: ID!) { ${distinct()}: course(id: $id) { id } }`;
    const ids = ['c1', 'c2', 'c1'];
    const answers = [];
    for (const id of ids) answers.push(await graph.post({ query, variables: { id } }));
    expect(answers.map(({ data }) => Object.values(data ?? {})[0])).toEqual(
      ids.map((id) => ({ id })),
    );
  });

  it('neither serves signed-in viewers nor learns from them, even where a policy is wrong', async () => {
    const ask = { query: `{ ${distinct()}: whoAmI }` };
    const who = async (headers: Record<string, string> = {}) =>
      Object.values((await graph.post(ask, headers)).data ?? {})[0];
    const ada = await graph.issuer.signIn('ada', 'student');
    const bob = await graph.issuer.signIn('bob', 'student');
    expect(await who({ authorization: ada.authorization })).toBe('ada');
    expect(await who()).toBe('nobody');
    expect(await who({ authorization: bob.authorization })).toBe('bob');
    expect(await who()).toBe('nobody');
    expect(await who({ authorization: ada.authorization })).toBe('ada');
  });

  it('shares one execution among identical requests that wait', async () => {
    const query = `{ ${distinct()}: courses { id title } }`;
    const count = await fetches(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => graph.post({ query })));
      expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    });
    expect(count).toBe(1);
  });

  it('keeps no mutation', async () => {
    const query = `mutation { ${distinct()}: rename(id: "c1", title: "x") { title } }`;
    expect(await fetches(() => graph.post({ query }))).toBe(1);
    expect(await fetches(() => graph.post({ query }))).toBe(1);
  });
});

describe('what clients and caches between us may keep', () => {
  const get = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${graph.graphqlUrl}?${String(new URLSearchParams({ query }))}`, { headers });

  it('is asked for again by its tag, and not sent again', async () => {
    const query = '{ course(id: "c1") { id title } }';
    const first = await get(query);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"/);
    const again = await get(query, { 'if-none-match': `"x", ${tag}` });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    const other = await get(query, { 'if-none-match': '"x"' });
    expect([other.status, await other.json()]).toEqual([200, await first.json()]);
  });

  it('has no tag when it is one viewer’s own', async () => {
    const { headers } = await get('{ whoAmI courses { mine } }');
    expect([headers.get('etag'), headers.get('cache-control')]).toEqual([null, 'no-store']);
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', null],
  ])('is compressed for a client that accepts %s: %s', async (accepted, coding) => {
    const text = 'long '.repeat(1_000);
    // Not `fetch`, which unpacks without a word.
    const response = await request(graph.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': accepted },
      body: JSON.stringify({
        query: 'query E($t: String!) { echo(text: $t) }',
        variables: { t: text },
      }),
    });
    expect(response.headers['content-encoding'] ?? null).toBe(coding);
    expect(String(response.headers['vary'])).toContain('Accept-Encoding');
    const bytes = Buffer.from(await response.body.arrayBuffer());
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync, none: (same: Buffer) => same };
    const plain = unpack[(coding ?? 'none') as keyof typeof unpack](bytes);
    expect(JSON.parse(plain.toString())).toEqual({ data: { echo: text } });
    if (coding !== null) expect(bytes.length).toBeLessThan(500);
  });
});

describe('trusted documents', () => {
  const directory = fileURLToPath(new URL('../test-support/documents/', import.meta.url));
  const text = readFileSync(join(directory, 'echo.graphql'), 'utf8');
  const sha256Hash = createHash('sha256').update(text).digest('hex');
  const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash } } };
  const variables = { text: 'known' };
  const answer = { data: { echo: 'known' } };

  it('run by their hash, beside all others', async () => {
    const open = await startPlatformGraph({ trustedDocuments: { directory, only: false } });
    expect(await open.post({ ...byHash, variables })).toMatchObject(answer);
    expect(await open.post({ documentId: `sha256:${sha256Hash}`, variables })).toMatchObject(
      answer,
    );
    expect(await open.post({ query: '{ echo(text: "other") }' })).toMatchObject({ status: 200 });
    await open.close();
  });

  it('and nothing else, when only they are trusted', async () => {
    const closed = await startPlatformGraph({ trustedDocuments: { directory, only: true } });
    expect(await closed.post({ ...byHash, variables })).toMatchObject(answer);
    expect(await closed.post({ query: text, variables })).toMatchObject(answer);
    const other = '{ echo(text: "other") }';
    const hash = createHash('sha256').update(other).digest('hex');
    const attempts = [
      { query: other },
      { query: `${text} ` },
      { query: other, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
      { documentId: hash },
    ];
    for (const attempt of attempts) {
      const { status, errors } = await closed.post(attempt);
      expect([status, errors?.[0]?.extensions?.['code']]).toEqual([403, 'OPERATION_NOT_TRUSTED']);
    }
    await closed.close();
  });
});

describe('automatic persisted queries', () => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const extensions = (sha256Hash: unknown, version: unknown = 1) => ({
    persistedQuery: { version, sha256Hash },
  });
  const byGet = async (parameters: Record<string, string>) => {
    const response = await fetch(`${graph.graphqlUrl}?${String(new URLSearchParams(parameters))}`);
    return { status: response.status, ...((await response.json()) as object) };
  };

  it('are asked for, registered, then found, by POST and GET', async () => {
    const query = '{ echo(text: "persisted") }';
    const hash = extensions(hashOf(query));
    const unknown = await graph.post({ extensions: hash });
    expect(unknown.status).toBe(200);
    expect(unknown.errors).toEqual([
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ]);
    const found = { data: { echo: 'persisted' } };
    expect(await graph.post({ query, extensions: hash })).toMatchObject(found);
    expect(await graph.post({ extensions: hash })).toMatchObject(found);
    expect(await byGet({ extensions: JSON.stringify(hash) })).toEqual({ status: 200, ...found });
  });

  it('can be registered by GET', async () => {
    const query = '{ echo(text: "by GET") }';
    const hash = JSON.stringify(extensions(hashOf(query)));
    expect(await byGet({ query, extensions: hash })).toMatchObject({ status: 200 });
    expect(await byGet({ extensions: hash })).toMatchObject({ data: { echo: 'by GET' } });
  });

  it('take variables', async () => {
    const query = 'query Q($t: String!) { echo(text: $t) }';
    const hash = extensions(hashOf(query));
    await graph.post({ query, variables: { t: 'one' }, extensions: hash });
    const answer = await graph.post({ variables: { t: 'two' }, extensions: hash });
    expect(answer.data).toEqual({ echo: 'two' });
  });

  it.each([
    ['a hash of another text', extensions(hashOf('{ other }'))],
    ['a hash that is none', extensions('abc')],
    ['a hash that is no string', extensions({ $ne: 1 })],
    ['another version', extensions(hashOf('{ __typename }'), 2)],
  ])('refuse %s', async (_name, wrong) => {
    const answer = await graph.post({ query: '{ __typename }', extensions: wrong });
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('remember no invalid operation', async () => {
    const query = '{ nonsense }';
    const hash = extensions(hashOf(query));
    const { errors } = await graph.post({ query, extensions: hash });
    expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await graph.post({ extensions: hash })).errors?.[0]?.message).toBe(
      'PersistedQueryNotFound',
    );
  });

  it('do not let a mutation through by GET', async () => {
    const query = 'mutation { rename(id: "c1", title: "x") { id } }';
    const hash = extensions(hashOf(query));
    await graph.post({ query, extensions: hash });
    expect(await byGet({ extensions: JSON.stringify(hash) })).toMatchObject({ status: 405 });
  });
});
