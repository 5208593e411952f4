import type { Doc } from '../harness.js';
import type { Part } from './part.js';

/** A queue that every writer fills and claims from: whoever was told an item is his keeps it. */
export function claimPart(): Part {
  const acknowledged = new Map<string, string>();
  const doubtful = new Set<string>();
  const enqueued = new Set<string>();
  return {
    async write({ db, random, nextId }) {
      const queue = db.collection<Doc>('queue');
      if (random.chance(0.4)) {
        const items = Array.from({ length: 4 }, () => nextId());
        const pending = { status: 'pending', claims: 0 };
        await queue.insertMany(
          items.map((_id) => ({ _id, ...pending, priority: random.below(3) })),
        );
        for (const id of items) enqueued.add(id);
        return;
      }
      const token = nextId();
      doubtful.add(token);
      const item = await queue.findOneAndUpdate(
        { status: 'pending' },
        { $set: { status: 'claimed', token }, $inc: { claims: 1 } },
        { sort: { priority: -1, _id: 1 } },
      );
      doubtful.delete(token);
      if (item) acknowledged.set(token, String(item._id));
    },
    async check({ db }) {
      const found = await db.collection<Doc>('queue').find().toArray();
      const stored = new Map(found.map((item) => [String(item._id), item]));
      const lost = [...enqueued].filter((id) => !stored.has(id));
      const taken = [...acknowledged].filter(([token, id]) => stored.get(id)?.['token'] !== token);
      const strange = found.filter(({ status, token, claims }) =>
        status === 'pending'
          ? claims !== 0 || token !== undefined
          : claims !== 1 || !(acknowledged.has(String(token)) || doubtful.has(String(token))),
      );
      for (const { _id, token } of found)
        if (doubtful.has(String(token))) acknowledged.set(String(token), String(_id));
      doubtful.clear();
      return [
        ...lost.map((id) => `the queued item ${id} is lost`),
        ...taken.map(([token, id]) => `the claim ${token} of ${id} is lost`),
        ...strange.map((item) => `claimed by nobody, or twice: ${JSON.stringify(item)}`),
      ];
    },
  };
}
