import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { pages, withExamples } from './docs.js';

describe('the pages in docs/', () => {
  it('show the example code as it is (`npm run docs` updates them)', async () => {
    const all = await pages();
    const shown = await Promise.all(all.map((page) => readFile(page, 'utf8')));
    expect(shown.join()).toContain('<!-- example query.mjs -->');
    expect(await Promise.all(shown.map(withExamples))).toEqual(shown);
  });
});
