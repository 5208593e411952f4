import type { Document } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';
import { scoreText } from '../text/score.js';
import type { TextSpec } from '../text/text-spec.js';
import { textsOf } from '../text/text-spec.js';
import type { CollectionIndex, IndexSpec } from './index-spec.js';

/** An inverted index: for each word the records that hold it, and how much it tells about them. */
export interface TextIndex extends CollectionIndex {
  readonly kind: 'text';
  /** The records that hold one of the words, with the sum of its scores. */
  search(terms: ReadonlySet<string>): ReadonlyMap<number, number>;
  /** The same for one document, which need not be in the index; undefined when it holds none. */
  scoreOf(document: Document, terms: ReadonlySet<string>): number | undefined;
  textsOf(document: Document): string[];
}

const separator = '\u0000';

export function textIndex(spec: IndexSpec, text: TextSpec): TextIndex {
  const postings = new Map<string, Map<number, number>>();
  const inPartial = spec.partialFilter ? compileFilter(spec.partialFilter) : () => true;

  const scoresOf = (document: Document): Map<string, number> => {
    const scores = new Map<string, number>();
    if (!inPartial(document)) return scores;
    for (const { text: one, weight } of textsOf(document, text)) scoreText(one, weight, scores);
    return scores;
  };

  return {
    kind: 'text',
    spec,
    keysOf: (document) =>
      [...scoresOf(document)].map(([word, score]) => `${word}${separator}${score}`),
    conflict: () => false,
    insert(keys, record) {
      for (const key of keys) {
        const end = key.lastIndexOf(separator);
        const word = key.slice(0, end);
        const records = postings.get(word) ?? new Map<number, number>();
        postings.set(word, records);
        records.set(record, Number(key.slice(end + 1)));
      }
    },
    remove(keys, record) {
      for (const key of keys) {
        const word = key.slice(0, key.lastIndexOf(separator));
        const records = postings.get(word);
        records?.delete(record);
        if (records?.size === 0) postings.delete(word);
      }
    },
    search(terms) {
      const found = new Map<number, number>();
      for (const term of terms)
        for (const [record, score] of postings.get(term) ?? [])
          found.set(record, (found.get(record) ?? 0) + score);
      return found;
    },
    scoreOf(document, terms) {
      let total: number | undefined;
      for (const [word, score] of scoresOf(document))
        if (terms.has(word)) total = (total ?? 0) + score;
      return total;
    },
    textsOf: (document) => [...textsOf(document, text)].map(({ text: one }) => one),
  };
}
