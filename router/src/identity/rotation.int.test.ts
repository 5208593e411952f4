import { testSecrets } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let graph: PlatformGraph;
beforeEach(async () => {
  graph = await startPlatformGraph();
});
afterEach(() => graph.close());

const query = JSON.stringify({ query: '{ whoAmI }' });
const ask = async (url: string, authorization?: string) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: query,
  });
  const { data } = (await response.json()) as { data?: { whoAmI: string } | null };
  return [response.status, data?.whoAmI];
};

describe('the keys of access tokens', () => {
  it('change while tokens of both are accepted, at once', async () => {
    const old = await graph.issuer.signIn('old', 'student');
    expect(await ask(graph.graphqlUrl, old.authorization)).toEqual([200, 'old']);
    // Within the time in which the router does not fetch the keys again.
    await graph.issuer.rotate();
    const fresh = await graph.issuer.signIn('new', 'student');
    expect(await ask(graph.graphqlUrl, fresh.authorization)).toEqual([200, 'new']);
    expect(await ask(graph.graphqlUrl, old.authorization)).toEqual([200, 'old']);
  });

  it('are no longer accepted when they are no longer published', async () => {
    const old = await graph.issuer.signIn('old', 'student');
    await graph.issuer.rotate();
    graph.issuer.dropOldKeys();
    expect(await ask(graph.graphqlUrl, old.authorization)).toEqual([401, undefined]);
  });
});

describe('the secret between router and subgraphs', () => {
  it('changes in three steps, at none of which a request is refused', async () => {
    const [before = ''] = testSecrets;
    const after = 'another-secret-for-tests-of-32-chars!';
    const old = graph.graphqlUrl;
    // Her answers come from no cache.
    const { authorization } = await graph.issuer.signIn('somebody', 'student');
    const answered = [200, 'somebody'];
    graph.acceptSecrets([before, after]);
    expect(await ask(old, authorization)).toEqual(answered);
    const fresh = await graph.addRouter({ viewerSecrets: [after, before] });
    expect(await ask(fresh, authorization)).toEqual(answered);
    expect(await ask(old, authorization)).toEqual(answered);
    graph.acceptSecrets([after]);
    expect(await ask(fresh, authorization)).toEqual(answered);
    // The check that the last step is one: what signs with the old secret is refused now.
    expect((await ask(old, authorization))[1]).not.toBe('somebody');
  });
});
