import { z } from 'zod';
import { ClientError } from '../client/errors.js';
import type { Operator } from './operator.js';

/** What the command line says beside the command. */
export interface Selection {
  /** All when left out. */
  readonly subgraph: string | undefined;
  readonly ids: readonly string[];
  readonly type: string | undefined;
  /** Everything that `subgraph` and `type` leave. */
  readonly all: boolean;
  readonly since: string | undefined;
}

/** Runs one command; `write` takes its output line by line. @returns whether everything went well */
export type Command = (
  operator: Operator,
  selection: Selection,
  write: (line: string) => void,
) => Promise<boolean>;

const deadLetter = z.object({
  event: z.object({ eventId: z.string(), type: z.string() }).loose(),
  error: z.string(),
  attempts: z.number(),
  failedAt: z.string(),
});
type DeadLetter = z.output<typeof deadLetter>;

const list: Command = async (operator, selection, write) => {
  let count = 0;
  for await (const { subgraph, letter } of letters(operator, selection)) {
    const { event, error, attempts, failedAt } = letter;
    write(`${subgraph} ${event.eventId} ${event.type} ${failedAt} tried ${attempts}×: ${error}`);
    count++;
  }
  write(count === 1 ? '1 dead letter' : `${count} dead letters`);
  return true;
};

const show: Command = async (operator, selection, write) =>
  forEachId(operator, selection, write, async (subgraph, eventId) => {
    const answer = z.object({ deadLetter: deadLetter.nullable() });
    const found = await operator.call(subgraph, paths.show, { eventId }, answer);
    if (found.deadLetter === null) return false;
    write(JSON.stringify({ subgraph, ...found.deadLetter }, null, 2));
    return true;
  });

const replay: Command = async (operator, selection, write) => {
  let failed = 0;
  const replayOne = async (subgraph: string, eventId: string) => {
    const answer = z.object({ outcome: z.string(), error: z.string().optional() });
    const { outcome, error } = await operator.call(subgraph, paths.replay, { eventId }, answer);
    if (outcome === 'NOT_FOUND') return false;
    if (outcome === 'FAILED') failed++;
    write(`${subgraph} ${eventId} ${outcome === 'DONE' ? 'done' : `failed again: ${error ?? ''}`}`);
    return true;
  };
  if (!selection.all)
    return (await forEachId(operator, selection, write, replayOne)) && failed === 0;
  for await (const { subgraph, letter } of letters(operator, selection)) {
    await replayOne(subgraph, letter.event.eventId);
  }
  return failed === 0;
};

const discard: Command = (operator, selection, write) =>
  forEachId(operator, selection, write, async (subgraph, eventId) => {
    const answer = z.object({ outcome: z.string() });
    const { outcome } = await operator.call(subgraph, paths.discard, { eventId }, answer);
    if (outcome !== 'DONE') return false;
    write(`${subgraph} ${eventId} discarded`);
    return true;
  });

const republish: Command = async (operator, selection, write) => {
  const { since } = selection;
  if (since === undefined) throw new ClientError('--since is missing: an ISO time with its zone');
  for (const subgraph of chosen(operator, selection)) {
    const answer = z.object({ count: z.number() });
    const { count } = await operator.call(
      subgraph,
      '/internal/outbox/republish',
      { since },
      answer,
    );
    write(`${subgraph} publishes ${count} events again`);
  }
  return true;
};

export const commands: Readonly<Record<string, Command>> = {
  list,
  show,
  replay,
  discard,
  republish,
};

const paths = {
  list: '/internal/dead-letters/list',
  show: '/internal/dead-letters/show',
  replay: '/internal/dead-letters/replay',
  discard: '/internal/dead-letters/discard',
};

function chosen(operator: Operator, { subgraph }: Selection): readonly string[] {
  if (subgraph === undefined) return operator.subgraphs;
  if (operator.subgraphs.includes(subgraph)) return [subgraph];
  throw new ClientError(`--subgraph ${subgraph}: there are ${operator.subgraphs.join(', ')}`);
}

/** Every dead letter that is selected; read page by page, so that replaying one meanwhile skips none. */
async function* letters(
  operator: Operator,
  selection: Selection,
): AsyncGenerator<{ subgraph: string; letter: DeadLetter }> {
  const answer = z.object({ deadLetters: z.array(deadLetter) });
  for (const subgraph of chosen(operator, selection)) {
    let after: string | undefined;
    do {
      const { deadLetters } = await operator.call(subgraph, paths.list, { after }, answer);
      for (const letter of deadLetters) {
        if (selection.type === undefined || letter.event.type === selection.type)
          yield { subgraph, letter };
      }
      after = deadLetters.at(-1)?.event.eventId;
    } while (after !== undefined);
  }
}

/** Tries each id in each chosen subgraph: an event may be dead in several, and one that knows it is enough. */
async function forEachId(
  operator: Operator,
  selection: Selection,
  write: (line: string) => void,
  act: (subgraph: string, eventId: string) => Promise<boolean>,
): Promise<boolean> {
  if (selection.ids.length === 0) throw new ClientError('--id is missing; `list` shows the ids');
  let allFound = true;
  for (const eventId of selection.ids) {
    let found = false;
    for (const subgraph of chosen(operator, selection)) {
      found = (await act(subgraph, eventId)) || found;
    }
    if (!found) write(`${eventId} is no dead letter`);
    allFound &&= found;
  }
  return allFound;
}
