import { inPrerequisiteOrder } from '../../course/order.js';
import type {
  CourseSpecification,
  LessonSpecification,
  ModuleSpecification,
} from '../../course/specification.js';
import type { Report } from '../problem.js';
import {
  configFile,
  readTrackConfig,
  type ExerciseRow,
  type TrackConfig,
  type TrackRow,
} from './config.js';
import { readExerciseText } from './exercise.js';
import { derivePrerequisites, type Prerequisites } from './prerequisites.js';
import { conceptQuiz } from './quiz.js';

/** A track as a course, with the way back from each lesson to its line in the source. */
export interface ImportedTrack {
  readonly course: CourseSpecification;
  readonly lineOfLesson: (externalKey: string) => number;
  /** Exercises that the track itself has given up; they are not imported. */
  readonly deprecated: number;
  /** Exercises that the track has not finished; they are imported unpublished. */
  readonly unfinished: number;
}

const price = { amountMinor: '4900', currency: 'EUR' };

/** The same classes as exercism.org shows. */
const practiceModules = [
  { title: 'Practice exercises: easy', from: 1, to: 3 },
  { title: 'Practice exercises: medium', from: 4, to: 7 },
  { title: 'Practice exercises: hard', from: 8, to: 10 },
] as const;

/**
 * Reads a track's folder. Bad rows are reported and left out.
 * @throws ClientError when nothing of it can be used
 */
export async function readTrack(directory: string, report: Report): Promise<ImportedTrack> {
  const config = await readTrackConfig(directory, report);
  const current = config.exercises.filter(({ status }) => status !== 'deprecated');
  const texts = await readTexts(directory, config, current, report);
  const exercises = current.filter(({ uuid }) => texts.has(uuid));
  const prerequisites = derivePrerequisites(config, exercises, report);
  const lessons = exercises.map((exercise) => lessonOf(exercise, texts, prerequisites));
  const quiz = conceptQuiz(config.concepts, exercises);
  const places = new Map(exercises.map(({ uuid, path }) => [uuid, path]));
  return {
    course: {
      ...describeCourse(config.track),
      objectives: objectivesOf(config, exercises),
      level: 'BEGINNER',
      language: 'EN',
      price,
      modules: modulesOf(lessons),
      quizzes: quiz === null ? [] : [quiz],
    },
    lineOfLesson: (externalKey) => config.lineOf(places.get(externalKey) ?? []),
    deprecated: config.exercises.length - current.length,
    unfinished: exercises.filter(({ status }) => status === 'wip').length,
  };
}

type Texts = ReadonlyMap<string, { readonly body: string; readonly summary: string }>;

async function readTexts(
  directory: string,
  { lineOf }: TrackConfig,
  exercises: readonly ExerciseRow[],
  report: Report,
): Promise<Texts> {
  const texts = new Map<string, { body: string; summary: string }>();
  for (const { uuid, slug, kind, path } of exercises) {
    const text = await readExerciseText(directory, { kind, slug });
    if ('body' in text) texts.set(uuid, text);
    else {
      const reason = `${path.join('.')} (${slug}): ${text.missing}; not imported`;
      report({ file: configFile, line: lineOf(path), reason });
    }
  }
  return texts;
}

function lessonOf(
  { uuid, name, kind, difficulty, status }: ExerciseRow,
  texts: Texts,
  prerequisites: Prerequisites,
): LessonSpecification {
  const { body = '', summary = '' } = texts.get(uuid) ?? {};
  return {
    externalKey: uuid,
    title: name,
    summary,
    body,
    kind: kind === 'concept' ? 'CONCEPT' : 'EXERCISE',
    difficulty,
    isPublished: status !== 'wip',
    isPreview: false,
    durationMinutes: null,
    prerequisiteKeys: prerequisites.get(uuid) ?? [],
  };
}

function modulesOf(lessons: readonly LessonSpecification[]): ModuleSpecification[] {
  const concepts = inPrerequisiteOrder(
    lessons.filter(({ kind }) => kind === 'CONCEPT'),
    ({ externalKey }) => externalKey,
    ({ prerequisiteKeys }) => prerequisiteKeys,
  );
  const practice = practiceModules.map(({ title, from, to }) => ({
    title,
    lessons: lessons
      .filter(({ kind, difficulty }) => kind === 'EXERCISE' && isWithin(difficulty, from, to))
      .sort((left, right) => (left.difficulty ?? 0) - (right.difficulty ?? 0)),
  }));
  return withPreview([{ title: 'Concept exercises', lessons: concepts }, ...practice]).filter(
    (module) => module.lessons.length > 0,
  );
}

const isWithin = (difficulty: number | null, from: number, to: number): boolean =>
  difficulty !== null && difficulty >= from && difficulty <= to;

/** Visitors may read the first published lesson. */
function withPreview(modules: readonly ModuleSpecification[]): ModuleSpecification[] {
  const first = modules.flatMap(({ lessons }) => lessons).find(({ isPublished }) => isPublished);
  return modules.map(({ title, lessons }) => ({
    title,
    lessons: lessons.map((lesson) => (lesson === first ? { ...lesson, isPreview: true } : lesson)),
  }));
}

/** As many as a course may have. */
const maximumObjectives = 20;

/** The concepts that the track teaches, in its order; a track that teaches none is for practice. */
function objectivesOf(
  { concepts, track }: TrackConfig,
  exercises: readonly ExerciseRow[],
): string[] {
  const names = new Map(concepts.map(({ slug, name }) => [slug, name]));
  const published = exercises.filter(({ status }) => status !== 'wip');
  const taught = new Set(published.flatMap((exercise) => exercise.concepts));
  const objectives = [...taught].flatMap((slug) => names.get(slug) ?? []);
  return objectives.length === 0
    ? [`Practise ${track.language}`]
    : objectives.slice(0, maximumObjectives).map((name) => `Understand and use: ${name}`);
}

function describeCourse({ slug, language, blurb }: TrackRow) {
  const summary = /^.*?[.!?](?=\s|$)/.exec(blurb)?.[0] ?? `Exercises in ${language}.`;
  return {
    slug: `exercism-${slug}`,
    title: `Exercism: ${language}`,
    summary: summary.slice(0, 1000),
    description: [
      blurb,
      `From the [Exercism ${language} track](https://exercism.org/tracks/${slug}), made by its contributors and published under the MIT licence.`,
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  };
}
