import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

/**
 * The GraphQL-over-HTTP working group's own audits: what the specification says a server must, should and may do.
 * Every one passes, also those that are a mere recommendation, but three.
 */
const exceptions: Readonly<Record<string, string>> = {
  // With `application/json` a server should answer 200 to what is no valid operation, since old clients know no
  // better. We answer 400, as Apollo Server always has: clients that come from there look for it, and whatever counts
  // or caches answers by their status must not take a refusal for one. Who asks for the new media type gets 400 anyway.
  '572B': 'a document that cannot be parsed',
  FDE2: 'a document that is not valid',
  '7B9B': 'variables that cannot be coerced',
};

let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph({});
});
afterAll(() => graph.close());

const audits = serverAudits({ url: () => `${graph.url}/graphql` });

describe('GraphQL over HTTP', () => {
  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s: %s',
    async (id, _name, audit) => {
      const result = await audit.fn();
      const reason = result.status === 'ok' ? '' : result.reason;
      expect(result.status, reason).toBe(id in exceptions ? 'warn' : 'ok');
    },
  );

  it('has the exceptions among the audits', () => {
    expect(audits.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(exceptions)));
  });

  it('there are audits of every kind', () => {
    for (const kind of ['MUST', 'SHOULD', 'MAY']) {
      expect(audits.filter(({ name }) => name.startsWith(kind)).length).toBeGreaterThan(1);
    }
  });
});
