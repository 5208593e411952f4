import { expect, it } from 'vitest';
import type { Document } from '../bson/types.js';
import { parseIndexSpec } from './index-spec.js';
import { orderedIndex } from './ordered-index.js';
import { planQuery } from './planner.js';
import { skippingRecords } from './skip-scan.js';

const later = new Date(1_000_000);

/** Many entries that are urgent and not due, and three that are due. */
function queue() {
  const index = orderedIndex(
    parseIndexSpec({ name: 'claim', key: { status: 1, priority: -1, dueAt: 1 } }),
  );
  const documents = new Map<number, Document>();
  const add = (priority: number, dueAt: Date): void => {
    const document = { _id: documents.size, status: 'p', priority, dueAt };
    documents.set(documents.size, document);
    index.insert(index.keysOf(document), documents.size - 1);
  };
  add(1, new Date(2));
  add(2, new Date(1));
  add(1, new Date(3));
  for (let at = 0; at < 5_000; at++) add(9 - (at % 3), later);
  return { index, documents };
}

it.each([
  ['in order', { priority: -1, dueAt: 1 }, [1, 0, 2]],
  ['backwards', { priority: 1, dueAt: -1 }, [2, 0, 1]],
])('reads what is due %s, and hardly anything else', (_name, order, expected) => {
  const { index, documents } = queue();
  const sort = Object.entries(order).map(([path, direction]) => ({
    path,
    parts: [path],
    direction: direction as 1 | -1,
  }));
  const filter = { status: 'p', dueAt: { $lte: new Date(500) } };
  const { ranges, reverse, skip } = planQuery([index], { filter, sort, limited: true });
  let looked = 0;
  const counted = new Map(documents);
  counted.get = (record) => {
    looked++;
    return documents.get(record);
  };
  const [within] = ranges;
  if (!within || !skip) throw new Error('no skip scan was planned');
  expect([...skippingRecords(index, counted, { within, skip, reverse })]).toEqual(expected);
  // Once per priority, beside those that are due.
  expect(looked).toBeLessThan(12);
});
