import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessControlGraph } from '../federation-suite/graphs/access-control.js';
import { allRights } from '../test-support/all-rights.js';
import {
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';
import { testScope } from '../test-support/test-scope.js';

let executors: ComparedExecutors;
beforeAll(async () => {
  executors = await startComparedExecutors(accessControlGraph);
});
afterAll(() => executors.close());

describe('subscriptions', () => {
  it.each([
    ['subscription { wiped }', 'wiped'],
    ['subscription { mine: opened { id } }', 'mine'],
    ['subscription { ...F } fragment F on Subscription { wiped }', 'wiped'],
  ])('%s is refused before anything is opened', async (query, key) => {
    await expect(executors.engine.prepare(query)).rejects.toMatchObject({
      status: 403,
      errors: [{ path: [key], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    });
  });

  it('are opened, and each event answered, without what the viewer may not see', async () => {
    const { engine } = executors;
    const prepared = await engine.prepare('subscription { changed { name email rating mail } }');
    expect(prepared.primary?.operation).not.toContain('mail');
    expect(JSON.stringify(prepared.plan)).not.toContain('mail');
    const changed = { __typename: 'Person', id: 'u1', name: 'Ann', email: 'secret' };
    const event = { data: { changed }, errors: [] };
    for (const round of [1, 2]) {
      const { data, errors } = await engine.execute(
        prepared,
        {},
        testScope(),
        structuredClone(event),
      );
      expect(JSON.parse(data), `event ${round}`).toEqual({
        changed: { name: 'Ann', email: null, rating: 5, mail: null },
      });
      expect(errors?.map(({ path }) => path)).toEqual([
        ['changed', 'email'],
        ['changed', 'mail'],
      ]);
    }
  });
});

describe('viewers who may different things', () => {
  const query = '{ me { name email } }';
  const reader = new Set(['authenticated', 'scope:read:email']);

  it('never share a plan, whoever asks first', async () => {
    const { engine } = executors;
    const text = `${query} # plans`;
    const levels = [
      new Set<string>(),
      reader,
      allRights(executors.graph.supergraphSdl),
      new Set(['authenticated']),
    ];
    const asking = levels.map(async (rights) =>
      engine.prepare(text, undefined, engine.accessOf(rights)),
    );
    const [none, some, all, other] = await Promise.all(asking);
    expect([none, some, all, other].map((one) => one?.refused.size)).toEqual([1, 0, 0, 1]);
    expect(engine.prepare(text, undefined, engine.accessOf(new Set(reader)))).toBe(some);
    expect(engine.prepare(text)).toBe(none);
  });

  it('cannot say in the name of an operation what they may', async () => {
    const { engine } = executors;
    const access = engine.accessOf(reader);
    await engine.prepare(query, undefined, access);
    for (const name of [`${access}\n`, `\n${access}\n`, access]) {
      await expect(engine.prepare(query, name)).rejects.toMatchObject({ status: 400 });
    }
  });

  it('are one where their rights differ in nothing that is asked for', () => {
    const { engine } = executors;
    expect(engine.accessOf(new Set(['scope:other', 'policy:none']))).toBe('');
    expect(engine.accessOf(new Set([...reader, 'scope:other']))).toBe(engine.accessOf(reader));
  });
});
