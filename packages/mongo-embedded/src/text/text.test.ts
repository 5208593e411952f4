import { describe, expect, it } from 'vitest';
import { scoreText } from './score.js';
import { compileTextQuery } from './text-query.js';
import { tokens } from './tokens.js';

describe('tokens', () => {
  it.each([
    ['Coffee, tea & CAKE!', ['coffee', 'tea', 'cake']],
    ['niño Niña NIÑO', ['nino', 'nina', 'nino']],
    ['educação AÇÃO', ['educacao', 'acao']],
    // The same letters, decomposed.
    ['educac\u0327a\u0303o', ['educacao']],
    ['¿Qué es «esto»? — ¡nada!', ['que', 'es', 'esto', 'nada']],
    ["l'été, don't", ['l', 'ete', 'don', 't']],
    ['snake_case x2 3.14', ['snake_case', 'x2', '3', '14']],
    ['straße Ελλάδα 中文', ['straße', 'ελλαδα', '中文']],
    [' -- ', []],
  ])('%s', (text, words) => {
    expect(tokens(text)).toEqual(words);
  });

  it('keep case and diacritics when they are to count', () => {
    expect(tokens('Él está', { case: true, diacritics: false })).toEqual(['El', 'esta']);
    expect(tokens('Él está', { case: false, diacritics: true })).toEqual(['él', 'está']);
  });
});

describe('scoreText', () => {
  const scores = (text: string, weight = 1): Record<string, number> => {
    const found = new Map<string, number>();
    scoreText(text, weight, found);
    return Object.fromEntries(found);
  };

  it('counts repetitions less, a larger share more, and the whole text a tenth more', () => {
    expect(scores('coffee')).toEqual({ coffee: 1.1 });
    expect(scores('coffee cake')).toEqual({ coffee: 0.75, cake: 0.75 });
    expect(scores('coffee coffee cake')).toEqual({
      coffee: 1.5 * (0.5 * (2 / 3) + 0.5),
      cake: 0.5 / 3 + 0.5,
    });
    expect(scores('coffee cake', 10)).toEqual({ coffee: 7.5, cake: 7.5 });
  });
});

describe('compileTextQuery', () => {
  const query = ($search: string, options: object = {}) =>
    compileTextQuery({ $search, ...options });
  const accepts = (search: string, text: string, options?: object): boolean =>
    query(search, options).accepts([text]);

  it('looks for the words and the words of phrases', () => {
    expect([...query('Coffee "hot cake" -tea -"iced tea"').terms]).toEqual([
      'coffee',
      'hot',
      'cake',
    ]);
    expect([...query('long-term').terms]).toEqual(['long', 'term']);
    expect([...query('- tea').terms]).toEqual(['tea']);
    expect([...query('-tea').terms]).toEqual([]);
  });

  it.each<[string, string, boolean]>([
    ['"hot cake"', 'a HOT cake', true],
    ['"hot cake"', 'cake, hot', false],
    ['"hot cake"', 'hot  cake', false],
    // A phrase is looked for as it stands, also inside words.
    ['"ot cak"', 'hot cakes', true],
    ['"café"', 'Cafe', true],
    ['cake -tea', 'tea and cake', false],
    ['cake -tea', 'team and cake', true],
    ['cake -"hot tea"', 'tea and cake', true],
    ['cake -"hot tea"', 'hot tea and cake', false],
    ['cake -hot-tea', 'cake tea', false],
    ['cake -hot "tea"', 'cake tea', true],
    ['"hot cake" "cold milk"', 'hot cake', false],
  ])('%s in %s: %s', (search, text, expected) => {
    expect(accepts(search, text)).toBe(expected);
  });

  it('heeds case and diacritics on demand', () => {
    expect(accepts('Cake', 'cake', { $caseSensitive: true })).toBe(false);
    expect(accepts('cake', 'cake', { $caseSensitive: true })).toBe(true);
    expect(accepts('"Hot cake"', 'hot cake', { $caseSensitive: true })).toBe(false);
    expect(accepts('cafe', 'café', { $diacriticSensitive: true })).toBe(false);
    expect(accepts('café -Té', 'café té', { $diacriticSensitive: true })).toBe(false);
  });

  it.each<[unknown, number]>([
    ['x', 2],
    [{}, 4],
    [{ $search: 1 }, 14],
    [{ $search: 'x', $caseSensitive: 1 }, 14],
    [{ $search: 'x', bogus: 1 }, 2],
    [{ $search: 'x', $language: 'es' }, 238],
  ])('refuses %j', (operand, code) => {
    expect(() => compileTextQuery(operand)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
