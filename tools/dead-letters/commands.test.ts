import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { commands, type Selection } from './commands.js';
import type { Operator } from './operator.js';

interface Letter {
  readonly event: { readonly eventId: string; readonly type: string };
  readonly error: string;
  readonly attempts: number;
  readonly failedAt: string;
}

const letterOf = (type: string): Letter => ({
  event: { eventId: randomUUID(), type },
  error: 'cannot',
  attempts: 5,
  failedAt: '2026-01-01T00:00:00.000Z',
});

/** Subgraphs that answer as the real ones do, with two letters a page; events of type `bad` fail again. */
function fakeOperator(initial: Readonly<Record<string, readonly Letter[]>>) {
  const letters = new Map(
    Object.entries(initial).map(([name, some]) => [
      name,
      new Map(some.map((letter) => [letter.event.eventId, letter])),
    ]),
  );
  const answerOf = (subgraph: string, path: string, body: Record<string, unknown>): unknown => {
    const own = letters.get(subgraph) ?? new Map<string, Letter>();
    const eventId = body['eventId'] as string;
    const letter = own.get(eventId);
    if (path.endsWith('/list')) {
      const after = (body['after'] ?? '') as string;
      const rest = [...own.keys()].sort().filter((id) => id > after);
      return { deadLetters: rest.slice(0, 2).map((id) => own.get(id)) };
    }
    if (path.endsWith('/show')) return { deadLetter: letter ?? null };
    if (path.endsWith('/republish')) return { count: own.size };
    if (letter === undefined) return { outcome: 'NOT_FOUND' };
    if (path.endsWith('/replay') && letter.event.type === 'bad') {
      return { outcome: 'FAILED', error: 'still bad' };
    }
    own.delete(eventId);
    return { outcome: 'DONE' };
  };
  const operator: Operator = {
    subgraphs: [...letters.keys()],
    call: async (subgraph, path, body, answer) =>
      answer.parse(JSON.parse(JSON.stringify(answerOf(subgraph, path, { ...body })))),
  };
  return { operator, left: (name: string) => [...(letters.get(name)?.keys() ?? [])].sort() };
}

const nothing: Selection = {
  subgraph: undefined,
  ids: [],
  type: undefined,
  all: false,
  since: undefined,
};

async function run(operator: Operator, name: string, selection: Partial<Selection> = {}) {
  const lines: string[] = [];
  const went = await commands[name]?.(operator, { ...nothing, ...selection }, (line) =>
    lines.push(line),
  );
  return { went, lines };
}

describe('npm run dead-letters', () => {
  const some = (count: number, type = 'good') =>
    Array.from({ length: count }, () => letterOf(type));

  it('lists every page of every subgraph, or a part', async () => {
    const { operator } = fakeOperator({ learning: some(5), commerce: [], content: some(2, 'bad') });
    const all = await run(operator, 'list');
    expect(all.lines).toHaveLength(8);
    expect(all.lines.at(-1)).toBe('7 dead letters');
    expect(all.lines[0]).toMatch(/^learning [\w-]{36} good 2026-01-01T.* tried 5×: cannot$/);
    const part = await run(operator, 'list', { subgraph: 'content', type: 'bad' });
    expect(part.lines).toHaveLength(3);
    await expect(run(operator, 'list', { subgraph: 'nobody' })).rejects.toThrow(
      '--subgraph nobody: there are learning, commerce, content',
    );
  });

  it('replays all that are selected, and says which failed again', async () => {
    const bad = letterOf('bad');
    const { operator, left } = fakeOperator({ learning: [...some(5), bad], commerce: some(3) });
    const { went, lines } = await run(operator, 'replay', { all: true, subgraph: 'learning' });
    expect(went).toBe(false);
    expect(lines).toHaveLength(6);
    expect(lines).toContain(`learning ${bad.event.eventId} failed again: still bad`);
    expect(left('learning')).toEqual([bad.event.eventId]);
    expect(left('commerce')).toHaveLength(3);
    expect((await run(operator, 'replay', { all: true, type: 'good' })).went).toBe(true);
    expect(left('commerce')).toEqual([]);
  });

  it('acts on one id wherever it is dead, and says when it is nowhere', async () => {
    const shared = letterOf('good');
    const { operator, left } = fakeOperator({ learning: [shared], content: [shared] });
    const ids = [shared.event.eventId];
    expect((await run(operator, 'show', { ids })).lines).toHaveLength(2);
    expect((await run(operator, 'discard', { ids, subgraph: 'content' })).went).toBe(true);
    expect([left('learning'), left('content')]).toEqual([ids, []]);
    expect(await run(operator, 'replay', { ids })).toEqual({
      went: true,
      lines: [`learning ${ids[0]} done`],
    });
    expect(await run(operator, 'replay', { ids })).toEqual({
      went: false,
      lines: [`${ids[0]} is no dead letter`],
    });
  });

  it('asks for what is missing, before it does anything', async () => {
    const { operator } = fakeOperator({ learning: [] });
    await expect(run(operator, 'replay')).rejects.toThrow('--id is missing');
    await expect(run(operator, 'republish')).rejects.toThrow('--since is missing');
    const { lines } = await run(operator, 'republish', { since: '2026-01-01T00:00:00Z' });
    expect(lines).toEqual(['learning publishes 0 events again']);
  });
});
