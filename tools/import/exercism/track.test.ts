import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { testDirectory, type TestDirectory } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem } from '../problem.js';
import { readTrack } from './track.js';

let folder: TestDirectory;
beforeEach(async () => {
  folder = await testDirectory();
});
afterEach(() => folder.close());

const concept = (slug: string) => ({ uuid: `concept-${slug}`, slug, name: slug.toUpperCase() });
const teaches = (slug: string, concepts: string[], prerequisites: string[] = [], more = {}) => ({
  uuid: `uuid-${slug}`,
  slug,
  name: `The ${slug}`,
  concepts,
  prerequisites,
  ...more,
});
const practises = (slug: string, difficulty: unknown, prerequisites: string[] = [], more = {}) => ({
  uuid: `uuid-${slug}`,
  slug,
  name: `The ${slug}`,
  difficulty,
  prerequisites,
  ...more,
});

const track = {
  slug: 'toy',
  language: 'Toy',
  blurb: 'Toy is small. It has no users.',
  concepts: [concept('basics'), concept('lists'), concept('loops'), concept('untaught')],
  exercises: {
    concept: [
      teaches('laps', ['loops'], ['basics', 'lists']),
      teaches('start', ['basics']),
      teaches('cards', ['lists'], ['basics']),
    ],
    practice: [
      practises('sums', 5, ['lists', 'untaught']),
      practises('hello', 1),
      practises('maze', 9, ['loops']),
    ],
  },
};
type ToyTrack = typeof track;

async function writeFiles(files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder.path, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** Writes the track with instructions for each exercise. */
async function writeTrack(toy: ToyTrack, without: readonly string[] = []): Promise<void> {
  const texts = (['concept', 'practice'] as const).flatMap((kind) =>
    toy.exercises[kind]
      .filter(({ slug }) => !without.includes(slug))
      .map(({ slug }) => [
        `exercises/${kind}/${slug}/.docs/instructions.md`,
        `# Instructions\n\nDo the **${slug}** as in [the book][book].\n\n[book]: https://example.org\n`,
      ]),
  );
  await writeFiles({
    'config.json': JSON.stringify(toy, null, 2),
    ...(Object.fromEntries(texts) as Record<string, string>),
  });
}

async function read() {
  const problems: string[] = [];
  const imported = await readTrack(folder.path, (problem) =>
    problems.push(describeProblem(problem)),
  );
  const lessons = imported.course.modules.flatMap((module) => module.lessons);
  const lesson = (slug: string) =>
    lessons.find(({ externalKey }) => externalKey === `uuid-${slug}`);
  return { ...imported, problems, lesson };
}

/** The line of the config file in which a text first stands. */
const lineOf = (toy: unknown, text: string): number =>
  JSON.stringify(toy, null, 2)
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

describe('readTrack', () => {
  it('makes a paid course with a module of concept exercises and modules by difficulty', async () => {
    await writeTrack(track);
    const { course, problems } = await read();
    expect(problems).toEqual([]);
    expect(course).toMatchObject({
      slug: 'exercism-toy',
      title: 'Exercism: Toy',
      summary: 'Toy is small.',
      price: { currency: 'EUR' },
    });
    expect(
      course.modules.map(({ title, lessons }) => [title, lessons.map((lesson) => lesson.title)]),
    ).toEqual([
      ['Concept exercises', ['The start', 'The cards', 'The laps']],
      ['Practice exercises: easy', ['The hello']],
      ['Practice exercises: medium', ['The sums']],
      ['Practice exercises: hard', ['The maze']],
    ]);
  });

  it('makes objectives of the concepts that it teaches', async () => {
    const toy = structuredClone(track);
    await writeTrack(toy);
    expect((await read()).course.objectives).toEqual([
      'Understand and use: LOOPS',
      'Understand and use: BASICS',
      'Understand and use: LISTS',
    ]);
    toy.exercises.concept = [];
    await writeTrack(toy);
    expect((await read()).course.objectives).toEqual(['Practise Toy']);
  });

  it('turns prerequisite concepts into the exercises that teach them', async () => {
    await writeTrack(track);
    const { lesson } = await read();
    expect(lesson('laps')?.prerequisiteKeys).toEqual(['uuid-start', 'uuid-cards']);
    expect(lesson('sums')?.prerequisiteKeys).toEqual(['uuid-cards']);
    expect(lesson('hello')?.prerequisiteKeys).toEqual([]);
  });

  it('joins introduction and instructions, and sums them up in plain text', async () => {
    await writeTrack(track);
    await writeFiles({
      'exercises/practice/sums/.docs/introduction.md': '# Introduction\n\nHi.\n',
    });
    const { lesson } = await read();
    expect(lesson('sums')).toMatchObject({
      body: expect.stringMatching(/^# Introduction\n\nHi\.\n\n# Instructions\n/) as string,
      summary: 'Do the sums as in the book.',
      difficulty: 5,
      kind: 'EXERCISE',
    });
    expect(lesson('start')).toMatchObject({ kind: 'CONCEPT', difficulty: null, isPreview: true });
  });

  it('leaves deprecated exercises out and unfinished ones unpublished', async () => {
    const toy = structuredClone(track);
    toy.exercises.concept[2] = teaches('cards', ['lists'], ['basics'], { status: 'wip' });
    toy.exercises.practice[1] = practises('hello', 1, [], { status: 'deprecated' });
    await writeTrack(toy);
    const { lesson, deprecated, unfinished, problems } = await read();
    expect({ deprecated, unfinished, problems }).toEqual({
      deprecated: 1,
      unfinished: 1,
      problems: [],
    });
    expect(lesson('hello')).toBeUndefined();
    expect(lesson('cards')?.isPublished).toBe(false);
    // Nobody may wait for a lesson that nobody sees.
    expect(lesson('laps')?.prerequisiteKeys).toEqual(['uuid-start']);
  });

  it('makes a quiz that is the same every time, with one right choice for each question', async () => {
    await writeTrack(track);
    const [first, second] = [await read(), await read()];
    expect(first.course.quizzes).toEqual(second.course.quizzes);
    const questions = first.course.quizzes[0]?.questions ?? [];
    // All other concepts are prerequisites of “laps”, so it has no fair wrong answer.
    expect(questions.map(({ text }) => text)).toEqual([
      'Which concept does the exercise “The start” teach?',
      'Which concept does the exercise “The cards” teach?',
    ]);
    for (const { choices } of questions) {
      expect(choices.filter(({ isCorrect }) => isCorrect)).toHaveLength(1);
    }
  });
});

describe('bad rows', () => {
  it('reports file, line and reason of each, and keeps the good ones', async () => {
    const toy = structuredClone(track) as unknown as {
      exercises: { concept: unknown[]; practice: unknown[] };
    };
    toy.exercises.practice.push(
      practises('too-hard', 11),
      practises('no-number', '3'),
      practises('no-text', 2),
      practises('strange', 2, ['teleportation']),
      { ...practises('twice', 2), uuid: 'uuid-hello' },
      { ...practises('climber', 2), slug: '../../etc' },
      'not a row',
    );
    await writeTrack(toy as unknown as ToyTrack, ['no-text', 'not a row', '../../etc']);
    const { problems, lesson } = await read();
    const at = (text: string) => `config.json:${lineOf(toy, text)}: exercises.practice`;
    expect(problems).toEqual([
      `${at('"difficulty": 11')}.3 (too-hard): difficulty must be from 1 to 10; not imported`,
      `${at('"difficulty": "3"')}.4 (no-number): difficulty must be a number from 1 to 10; not imported`,
      expect.stringMatching(/\.7 \(twice\): uuid uuid-hello stands there twice; not imported$/),
      expect.stringMatching(
        /\.8 \(\.\.\/\.\.\/etc\): slug must have small letters, digits and hyphens only; not imported$/,
      ),
      expect.stringMatching(/^config\.json:\d+: exercises\.practice\.9: .*not imported$/),
      expect.stringMatching(
        /\.5 \(no-text\): exercises\/practice\/no-text\/\.docs\/instructions\.md is missing or empty; not imported$/,
      ),
      `${at('teleportation')}.6 (strange): unknown prerequisite “teleportation”; imported without it`,
    ]);
    expect(lesson('hello')).toBeDefined();
    expect(lesson('strange')?.prerequisiteKeys).toEqual([]);
    expect(lesson('too-hard')).toBeUndefined();
  });

  it('breaks circles, and says which prerequisite closed one', async () => {
    const toy = structuredClone(track);
    toy.exercises.concept[1] = teaches('start', ['basics'], ['loops']);
    await writeTrack(toy);
    const { problems, lesson } = await read();
    expect(problems).toEqual([
      expect.stringMatching(
        /exercises\.concept\.1 \(start\): prerequisite “loops” leads back to the exercise; imported without it$/,
      ),
    ]);
    expect(lesson('laps')?.prerequisiteKeys).toEqual(['uuid-start', 'uuid-cards']);
  });

  it('reports a concept that nobody knows, where an exercise teaches it', async () => {
    const toy = structuredClone(track);
    toy.exercises.concept[0] = teaches('laps', ['loops', 'loopings'], ['basics']);
    await writeTrack(toy);
    const { problems, lesson } = await read();
    expect(problems).toEqual([
      `config.json:${lineOf(toy, 'loopings')}: exercises.concept.0 (laps): unknown concept “loopings”; imported without it`,
    ]);
    expect(lesson('maze')?.prerequisiteKeys).toEqual(['uuid-laps']);
  });

  it('refuses a folder without a track, and a file that is no JSON, with its line', async () => {
    await expect(read()).rejects.toThrow(/Cannot read .*config\.json \(ENOENT\)/);
    await writeFiles({ 'config.json': '{\n  "slug": "toy"\n  "language": "Toy"\n}\n' });
    await expect(read()).rejects.toThrow('config.json:3: not valid JSON: unexpected "language"');
  });
});
