import { describe, expect, it } from 'vitest';
import type { Opened } from './opened.js';

export function pipelineContract({ collection }: Opened): void {
  describe('pipelines', () => {
    it('group, count and average', async () => {
      const ratings = await collection([
        { _id: 1, course: 'a', stars: 4, tags: ['x', 'y'] },
        { _id: 2, course: 'a', stars: 5, tags: ['x'] },
        { _id: 3, course: 'b', stars: 1, tags: [] },
      ]);
      const rows = ratings.aggregate([
        { $group: { _id: '$course', n: { $sum: 1 }, mean: { $avg: '$stars' } } },
        { $sort: { _id: 1 } },
      ]);
      expect(await rows.toArray()).toEqual([
        { _id: 'a', n: 2, mean: 4.5 },
        { _id: 'b', n: 1, mean: 1 },
      ]);
      const tags = ratings.aggregate([
        { $unwind: '$tags' },
        { $group: { _id: '$tags', n: { $sum: 1 } } },
        { $sort: { n: -1 } },
      ]);
      expect(await tags.toArray()).toEqual([
        { _id: 'x', n: 2 },
        { _id: 'y', n: 1 },
      ]);
      expect(await ratings.countDocuments({ stars: { $gte: 4 } })).toBe(2);
      expect(await ratings.estimatedDocumentCount()).toBe(3);
      expect((await ratings.distinct('tags')).sort()).toEqual(['x', 'y']);
    });

    it('join, and make several lists at once', async () => {
      const people = await collection([{ _id: 'ann', name: 'Ann' }]);
      const posts = await collection([
        { _id: 1, by: 'ann', at: 1 },
        { _id: 2, by: 'bob', at: 2 },
        { _id: 3, by: ['ann', 'bob'], at: 3 },
      ]);
      const [lists] = await posts
        .aggregate([
          {
            $lookup: {
              from: people.collectionName,
              localField: 'by',
              foreignField: '_id',
              as: 'author',
            },
          },
          { $sort: { at: -1 } },
          {
            $facet: {
              total: [{ $count: 'n' }],
              page: [
                { $unwind: { path: '$author', preserveNullAndEmptyArrays: true } },
                { $limit: 2 },
                { $project: { name: { $ifNull: ['$author.name', 'nobody'] } } },
              ],
            },
          },
        ])
        .toArray();
      expect(lists).toEqual({
        total: [{ n: 3 }],
        page: [
          { _id: 3, name: 'Ann' },
          { _id: 2, name: 'nobody' },
        ],
      });
    });
  });
}
