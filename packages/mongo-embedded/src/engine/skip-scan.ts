import type { Document } from '../bson/types.js';
import { highestKey } from '../bson/order.js';
import type { OrderedIndex } from './ordered-index.js';
import type { KeyRange } from './ordered-map.js';

/** A bound on an index field that follows one without a bound, as in "due now, whatever the priority". */
export interface Skip {
  /** The key of the fields before the unbounded one, all of them equalities. */
  readonly prefix: string;
  /** The place of the unbounded field; the bounded one is next. */
  readonly field: number;
  /** What the bound leaves of the bounded field. */
  readonly range: KeyRange;
}

/**
 * The records of a range in order, leaving out those beyond the bound: where one is met, the scan goes on
 * where the bound begins again, at the next value of the unbounded field at the latest. So a queue's claim
 * does not read all that is urgent but not due yet.
 */
export function* skippingRecords(
  index: OrderedIndex,
  documents: ReadonlyMap<number, Document>,
  { within, skip, reverse }: { within: KeyRange; skip: Skip; reverse: boolean },
): Generator<number> {
  let rest: KeyRange | undefined = within;
  while (rest) {
    const from: KeyRange = rest;
    rest = undefined;
    for (const record of index.entries.values(from, reverse)) {
      const document = documents.get(record);
      const components = document ? index.componentsOf(document) : [];
      const group = skip.prefix + (components[skip.field] ?? '');
      const bounded = components[skip.field + 1] ?? '';
      if (bounded >= skip.range.low && bounded < skip.range.high) {
        yield record;
        continue;
      }
      const below = bounded < skip.range.low;
      rest = reverse
        ? { low: from.low, high: below ? group : group + skip.range.high }
        : { low: below ? group + skip.range.low : group + highestKey, high: from.high };
      break;
    }
  }
}
