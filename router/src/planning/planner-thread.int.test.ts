import { afterEach, expect, it } from 'vitest';
import { defaultLimits } from '../config.js';
import { composeSupergraph } from '../supergraph/compose.js';
import { startPlannerThread, type PlannerThread } from './planner-thread.js';

const composition = composeSupergraph([
  { name: 'one', url: 'http://one/', sdl: 'type Query { hello: String again: Query }' },
]);
const settings = {
  supergraphSdl: 'supergraphSdl' in composition ? composition.supergraphSdl : '',
  limits: defaultLimits,
  introspection: true,
};
const asked = (query: string) => ({ query, operationName: undefined, overrides: [], access: '' });

let thread: PlannerThread | undefined;
afterEach(() => thread?.stop());

it('plans in a thread of its own', async () => {
  thread = await startPlannerThread(settings);
  expect(thread.facts.subgraphs.get('one')).toBe('http://one/');
  expect(await thread.plan(asked('query Q { hello }'))).toMatchObject({
    kind: 'planned',
    operation: {
      normalisedText: 'query Q{hello}',
      plan: expect.stringContaining('Fetch') as string,
    },
  });
  expect(await thread.plan(asked('{ nothing }'))).toMatchObject({
    kind: 'refused',
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
  expect(await thread.plan(asked('{ hello }'))).toMatchObject({ kind: 'planned' });
});

it('can be stopped while it works, and plans nothing afterwards', async () => {
  thread = await startPlannerThread(settings);
  const wide = Array.from({ length: 3_000 }, (_, index) => `a${index}: hello`).join(' ');
  const plan = thread.plan(asked(`{ ${wide} }`));
  const stopped = thread.stop();
  await expect(plan).rejects.toThrow('ended');
  await stopped;
  expect(thread.hasEnded).toBe(true);
  await expect(thread.plan(asked('{ hello }'))).rejects.toThrow('ended');
});

it('does not start on what is no supergraph', async () => {
  await expect(
    startPlannerThread({ ...settings, supergraphSdl: 'type Query { a: Int }' }),
  ).rejects.toThrow();
});
