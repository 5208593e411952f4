import { describe, expect, it } from 'vitest';
import type { Opened, TestDocument } from './opened.js';
import { codeOf, ids } from './opened.js';

const search = ($search: string): { $text: { $search: string } } => ({ $text: { $search } });
const score = { $meta: 'textScore' } as const;

const threads: TestDocument[] = [
  { _id: 1, title: 'How to learn French', body: 'Any advice on accents? Any at all?', open: true },
  { _id: 2, title: 'Français', body: 'Où est la bibliothèque?', open: true },
  { _id: 3, title: 'Accents, accents, accents', body: 'in Español: ¿dónde está?', open: false },
  { _id: 4, title: 'Introdução', body: 'Olá! I want to learn Portuguese.', open: true },
];

/** Text search without a language: the product's texts are in three. */
export function searchContract({ collection }: Opened): void {
  describe('text search', () => {
    const indexed = async () => {
      const found = await collection(threads);
      const options = { default_language: 'none', weights: { title: 3 }, name: 'search' };
      await found.createIndex({ title: 'text', body: 'text' }, options);
      return found;
    };

    it.each([
      ['learn', [1, 4]],
      ['LEARN accents', [1, 3, 4]],
      ['francais', [2]],
      ['onde esta bibliotheque', [2, 3]],
      ['introducao', [4]],
      ['"to learn" french', [1, 4]],
      ['"want to learn"', [4]],
      ['learn -portuguese', [1]],
      ['accents -"any advice"', [3]],
      ['-learn', []],
      ['accent', []],
    ])('%s', async (words, expected) => {
      const found = await (await indexed()).find(search(words)).toArray();
      expect(ids(found).sort()).toEqual(expected);
    });

    it('ranks, together with other conditions', async () => {
      const forum = await indexed();
      const ranked = await forum
        .find(search('accents learn'), { projection: { score } })
        .sort({ score, _id: 1 })
        .toArray();
      expect(ids(ranked)).toEqual([3, 1, 4]);
      // Three of three words of the title, at weight 3: 3 · (1 + ½ + ¼) · (½ · 3/3 + ½).
      expect(ranked[0]?.['score']).toBeCloseTo(5.25, 10);
      expect(ids(await forum.find({ ...search('accents'), open: true }).toArray())).toEqual([1]);
      await forum.updateOne({ _id: 1 }, { $set: { body: '' } });
      expect(ids(await forum.find({ ...search('accents'), open: true }).toArray())).toEqual([]);
      expect(await forum.countDocuments(search('learn'))).toBe(2);
    });

    it('wants an index, one at most, and no hint', async () => {
      const forum = await collection(threads);
      expect(await codeOf(forum.find(search('learn')).toArray())).toBe(27);
      await forum.createIndex({ title: 'text' }, { default_language: 'none' });
      const second = forum.createIndex({ body: 'text' }, { default_language: 'none' });
      expect(await codeOf(second)).toBe(85);
      expect(await codeOf(forum.find(search('learn')).hint('_id_').toArray())).toBe(2);
      expect(await codeOf(forum.find().sort({ score }).toArray())).toBe(40_218);
    });
  });
}
