import { EJSON } from 'bson';
import type { Doc } from '../harness.js';

/** What a document should be; undefined: not there. */
export type State = Doc | undefined;

/** The new states of documents, by id, that change together or not at all. */
export type Changes = ReadonlyMap<string, State>;

/** What a client may rely on: every acknowledged state, and what a broken write may have left behind. */
export interface Journal {
  readonly acknowledged: ReadonlyMap<string, Doc>;
  /** Runs a write of independent groups of changes; they are in doubt when the connection breaks. */
  write(groups: readonly Changes[], run: () => Promise<unknown>): Promise<void>;
  /** Compares with what is stored now, takes over how doubtful writes ended, and tells what is wrong. */
  settle(stored: ReadonlyMap<string, Doc>): string[];
}

export function createJournal(): Journal {
  const acknowledged = new Map<string, Doc>();
  let doubtful: Changes[] = [];

  const accept = (changes: Changes): void => {
    for (const [id, state] of changes)
      if (state) acknowledged.set(id, state);
      else acknowledged.delete(id);
  };

  /** Whether a write in doubt happened; torn when some of its documents say yes and others no. */
  const outcomeOf = (changes: Changes, stored: ReadonlyMap<string, Doc>): boolean | 'torn' => {
    const entries = [...changes];
    if (entries.every(([id, state]) => same(stored.get(id), state))) return true;
    return entries.every(([id]) => same(stored.get(id), acknowledged.get(id))) ? false : 'torn';
  };

  return {
    acknowledged,
    async write(groups, run) {
      doubtful.push(...groups);
      await run();
      doubtful = doubtful.filter((group) => !groups.includes(group));
      groups.forEach(accept);
    },
    settle(stored) {
      const problems: string[] = [];
      for (const changes of doubtful) {
        const outcome = outcomeOf(changes, stored);
        if (outcome === 'torn') problems.push(`half done: ${[...changes.keys()].join(', ')}`);
        else if (outcome) accept(changes);
      }
      doubtful = [];
      for (const id of new Set([...acknowledged.keys(), ...stored.keys()])) {
        const [wanted, found] = [acknowledged.get(id), stored.get(id)];
        if (!same(wanted, found)) problems.push(`${id} is ${show(found)} but was ${show(wanted)}`);
      }
      return problems;
    },
  };
}

/** Canonical: an int32 is not an int64, and the order of fields counts. */
const show = (state: State): string =>
  state === undefined ? 'missing' : EJSON.stringify(state, { relaxed: false });

const same = (left: State, right: State): boolean => show(left) === show(right);
