import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { JsonSyntaxError, parseJsonWithLines } from './json-lines.js';

describe('parseJsonWithLines', () => {
  it('reads whatever JSON.parse reads, indented or not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJsonWithLines(text).value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const broken = fc.tuple(fc.jsonValue(), fc.nat(), fc.constantFrom('', ',', '}', '"', 'x'));
    fc.assert(
      fc.property(broken, ([value, at, insert]) => {
        const whole = JSON.stringify(value);
        const position = at % (whole.length + 1);
        const text = whole.slice(0, position) + insert + whole.slice(position + 1);
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => parseJsonWithLines(text)).toThrow(JsonSyntaxError);
          return;
        }
        expect(parseJsonWithLines(text).value).toEqual(expected);
      }),
    );
  });

  it('knows the line of each value, and of the nearest one around what is missing', () => {
    const { lineOf } = parseJsonWithLines('{\n  "a": [\n    1,\n    { "b": "x" }\n  ]\n}');
    expect(lineOf([])).toBe(1);
    expect(lineOf(['a'])).toBe(2);
    expect(lineOf(['a', 1, 'b'])).toBe(4);
    expect(lineOf(['a', 1, 'missing', 'deeper'])).toBe(4);
  });

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 3],
    ['{\n  "a": tru\n}', 2],
    ['[\n  1,\n  2,\n]', 4],
    ['{\n  "a": "open\n}', 2],
    ['{\n  "a": 1\n', 3],
    ['[] []', 1],
    ['', 1],
  ])('tells the line of the mistake in %j', (text, line) => {
    expect(() => parseJsonWithLines(text)).toThrow(expect.objectContaining({ line }) as Error);
  });

  it('refuses to nest without end', () => {
    expect(() => parseJsonWithLines('['.repeat(100_000))).toThrow('nested too deeply');
  });
});
