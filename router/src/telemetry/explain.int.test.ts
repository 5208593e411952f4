import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let open: PlatformGraph;
let closed: PlatformGraph;
beforeAll(async () => {
  [open, closed] = await Promise.all([
    startPlatformGraph(),
    startPlatformGraph({ explain: false }),
  ]);
});
afterAll(() => Promise.all([open?.close(), closed?.close()]));

const explain = { 'x-pcc-explain': 'plan' };
const query = '{ courses { id noteCount } }';

type Answered = Awaited<ReturnType<PlatformGraph['post']>> & {
  extensions?: { plan: string; cost: Record<'estimated' | 'measured', Record<string, unknown>> };
};
const ask = (graph: PlatformGraph, headers: Record<string, string>, body: object = { query }) =>
  graph.post(body, headers) as Promise<Answered>;

describe('x-pcc-explain: plan', () => {
  it('adds the plan and the cost to the answer', async () => {
    const { status, headers, data, extensions } = await ask(open, explain);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(data).toEqual({
      courses: [
        { id: 'c1', noteCount: 0 },
        { id: 'c2', noteCount: 0 },
      ],
    });
    expect(extensions?.plan).toContain('QueryPlan {');
    expect(extensions?.plan).toMatch(
      /Fetch\(service: "catalogue"\)[^]*Flatten\(path: "courses.@"\)[^]*Fetch\(service: "notes"\)/,
    );
    expect(extensions?.cost).toEqual({
      // A list about which the schema says nothing counts as 20.
      estimated: { fieldCost: 1, typeCost: 21, problems: [] },
      measured: { fieldCost: 1, typeCost: 3 },
    });
  });

  it('also by GET, with variables and for what needs no subgraph', async () => {
    const parameters = new URLSearchParams({
      query: 'query Q($id: ID!) { course(id: $id) { title } }',
      variables: '{"id":"c1"}',
    });
    const response = await fetch(`${open.graphqlUrl}?${String(parameters)}`, { headers: explain });
    const answer = (await response.json()) as Answered;
    expect(answer.extensions?.cost['measured']).toEqual({ fieldCost: 1, typeCost: 2 });
    const { extensions } = await ask(open, explain, { query: '{ __typename }' });
    expect(extensions?.plan).toContain('QueryPlan');
    expect(extensions?.cost['estimated']).toMatchObject({ fieldCost: 0, typeCost: 1 });
  });

  it('counts what has a name that the planner needs for itself', async () => {
    const { data, extensions } = await ask(open, explain, {
      query: '{ id: courses { id: title } }',
    });
    expect(data).toMatchObject({ id: [{ id: expect.any(String) as string }, {}] });
    expect(extensions?.cost['measured']).toEqual({ fieldCost: 1, typeCost: 3 });
  });

  it('neither reads nor fills the response cache', async () => {
    const titles = { query: '{ courses { title } }' };
    const first = await ask(open, explain, titles);
    const plain = await ask(open, {}, titles);
    expect(plain.data).not.toEqual(first.data);
    expect(plain).not.toHaveProperty('extensions');
    expect(plain.headers.get('cache-control')).toContain('public');
    const second = await ask(open, explain, titles);
    expect(second.data).not.toEqual(plain.data);
    expect((await ask(open, {}, titles)).data).toEqual(plain.data);
  });

  it('keeps the errors of the answer beside it', async () => {
    const { errors, data, extensions } = await ask(open, explain, { query: '{ fails }' });
    expect(errors?.[0]?.extensions?.['code']).toBe('STORE_UNAVAILABLE');
    expect(data).toEqual({ fails: null });
    expect(extensions?.plan).toContain('fails');
  });

  it('is refused where it is off, except to admins', async () => {
    const codeOf = async (headers: Record<string, string>) => {
      const { status, errors } = await ask(closed, { ...explain, ...headers });
      return [status, errors?.[0]?.extensions?.['code']];
    };
    const as = async (role: 'student' | 'admin') => {
      const { authorization } = await closed.issuer.signIn('ada', role);
      return { authorization };
    };
    expect(await codeOf({})).toEqual([403, 'FORBIDDEN']);
    expect(await codeOf(await as('student'))).toEqual([403, 'FORBIDDEN']);
    expect(await codeOf(await as('admin'))).toEqual([200, undefined]);
    expect((await ask(closed, await as('admin'))).status).toBe(200);
  });

  it('knows no other value', async () => {
    const { status, errors } = await ask(open, { 'x-pcc-explain': 'everything' });
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});
