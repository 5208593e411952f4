import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root } from '../../root.js';
import { describeProblem } from '../problem.js';
import { readTrack } from './track.js';

const realTrack = fileURLToPath(new URL('../shared/data/exercism-python', root));
const isThere = existsSync(join(realTrack, 'config.json'));

describe(`the real track${isThere ? '' : ` (skipped: ${realTrack} is not here)`}`, () => {
  it.skipIf(!isThere)('is read whole, with the one mistake that it has', async () => {
    const problems: string[] = [];
    const { course, deprecated, unfinished } = await readTrack(realTrack, (problem) =>
      problems.push(describeProblem(problem)),
    );
    const lessons = course.modules.flatMap((module) => module.lessons);
    expect({ lessons: lessons.length, deprecated, unfinished }).toEqual({
      lessons: 149,
      deprecated: 12,
      unfinished: 3,
    });
    expect(problems).toEqual([
      expect.stringMatching(/^config\.json:206: .*unknown prerequisite “comprehensions”/),
    ]);
    expect(course.objectives).toHaveLength(17);
    expect(course.objectives[0]).toBe('Understand and use: Basics');
    expect(lessons.every(({ body, summary }) => body !== '' && summary.length <= 250)).toBe(true);
    const beginnings = lessons.filter(({ prerequisiteKeys }) => prerequisiteKeys.length === 0);
    expect(beginnings.map(({ title }) => title)).toEqual([
      "Guido's Gorgeous Lasagna",
      'Hello World',
    ]);
  });
});
