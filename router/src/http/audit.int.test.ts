import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

/**
 * The GraphQL-over-HTTP working group's own audits: what the specification says a server must, should and may do.
 * Every one passes, also those that are a mere recommendation.
 */
let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph({});
});
afterAll(() => graph.close());

const audits = serverAudits({ url: () => `${graph.url}/graphql` });

describe('GraphQL over HTTP', () => {
  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s: %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      const reason = result.status === 'ok' ? '' : result.reason;
      expect(result.status, reason).toBe('ok');
    },
  );

  it('there are audits of every kind', () => {
    for (const kind of ['MUST', 'SHOULD', 'MAY']) {
      expect(audits.filter(({ name }) => name.startsWith(kind)).length).toBeGreaterThan(1);
    }
  });
});
