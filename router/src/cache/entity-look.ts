import { createHash } from 'node:crypto';
import { generationKey, viewerTag } from '@pcc/stores';
import type { RequestScope } from '../execution/execution.js';
import type { CachePolicy } from './cache-policy.js';

export type CacheScope = CachePolicy['scope'];

/** The key of a count of all mutations that passed through routers. */
export const mutationCountKey = 'entity-mutations';
/** The key of that count after a viewer's last mutation. */
export const lastMutationKey = (userId: string): string => `entity-last-mutation:${userId}`;

/** What is asked of entities of one kind. */
export interface EntityQuestion {
  /** All that says what is asked, but for the entities and the viewer. */
  readonly question: string;
  readonly viewer: RequestScope['viewer'];
  /** JSON texts. */
  readonly representations: readonly string[];
  /** The tags of a representation. */
  readonly tagsOf: (representation: string) => readonly string[];
  /** Which scopes answers of this kind have had. */
  readonly scopes: ReadonlySet<CacheScope>;
}

/** What is looked for: each position says where in the store's answer its value comes. */
export interface Look {
  readonly keys: readonly string[];
  readonly mutationCount: number;
  readonly lastMutation: number | undefined;
  readonly generations: ReadonlyMap<string, number>;
  readonly wanted: readonly Wanted[];
  /** What is kept for the viewer alone depends on this too. */
  readonly ownTag: string | undefined;
}

/** One entity: its tags, and the entries in which it may be kept. */
export interface Wanted {
  readonly tags: readonly string[];
  readonly entries: readonly {
    readonly scope: CacheScope;
    readonly key: string;
    readonly position: number;
  }[];
}

/** Names the keys of all that a read depends on. */
export function lookFor(question: EntityQuestion): Look {
  const { viewer, scopes, tagsOf } = question;
  const keys = keyList();
  const mutationCount = keys.add(mutationCountKey);
  const lastMutation = viewer === null ? undefined : keys.add(lastMutationKey(viewer.id));
  const prefixes = keyPrefixes(question);
  const wanted = question.representations.map((text): Wanted => {
    const entries = prefixes.map(([scope, prefix]) => {
      const key = prefix + (text.length > longestPlainText ? digest(text) : text);
      return { scope, key, position: keys.add(key) };
    });
    return { tags: tagsOf(text), entries };
  });
  const ownTag = viewer === null || !scopes.has('private') ? undefined : viewerTag(viewer.id);
  const generations = new Map<string, number>();
  const addTag = (tag: string) => generations.set(tag, keys.add(generationKey(tag)));
  for (const { tags } of wanted) tags.forEach(addTag);
  if (ownTag !== undefined) addTag(ownTag);
  return { keys: keys.all, mutationCount, lastMutation, generations, wanted, ownTag };
}

/** Longer representations, with much that is required in them, would make long keys. */
const longestPlainText = 128;

/** What the keys of all entries of one scope begin with. */
const keyPrefixes = ({ scopes, question, viewer }: EntityQuestion): [CacheScope, string][] =>
  [...scopes]
    .filter((scope) => scope === 'public' || viewer !== null)
    .map((scope) => {
      const who = scope === 'public' ? '' : JSON.stringify(viewer);
      return [scope, `entity:${digest(`${question}\n${who}`)}:`];
    });

interface KeyList {
  readonly all: readonly string[];
  /** @returns at which position its value will come */
  add(key: string): number;
}

/** Keys to read together, each once. */
function keyList(): KeyList {
  const positions = new Map<string, number>();
  const all: string[] = [];
  return {
    all,
    add(key) {
      const known = positions.get(key);
      if (known !== undefined) return known;
      positions.set(key, all.length);
      return all.push(key) - 1;
    },
  };
}

export const digest = (text: string): string =>
  createHash('sha256').update(text).digest('base64url');
