import { tokens } from './tokens.js';

const withoutCapitals = (text: string): string =>
  text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * How much each word of a text tells about it, added to `scores`: MongoDB's formula. A word counts 1, then ½,
 * ¼… for its repetitions, more where it makes up much of the text, and a little more where it is all of it.
 */
export function scoreText(text: string, weight: number, scores: Map<string, number>): void {
  const words = tokens(text);
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const [word, count] of counts) {
    const frequency = 2 - 2 ** (1 - count);
    const share = (0.5 * count) / words.length + 0.5;
    const exact = withoutCapitals(text) === word ? 1.1 : 1;
    scores.set(word, (scores.get(word) ?? 0) + weight * frequency * share * exact);
  }
}
