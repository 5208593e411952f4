import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type {
  CourseSpecification,
  LessonSpecification,
  ModuleSpecification,
} from '../../tools/course/specification.js';
import { root } from '../../tools/root.js';

/** The demo courses, in the order in which they are made. Each is a folder: course.json and Markdown. */
export const demoCourseSlugs = [
  'learning-that-lasts',
  'sql-from-zero',
  'fotografia-con-luz-natural',
  'financas-pessoais',
] as const;

const courseFileSchema = z.object({
  title: z.string(),
  summary: z.string(),
  objectives: z.array(z.string()).min(1),
  level: z.enum(['BEGINNER', 'INTERMEDIATE', 'ADVANCED']),
  language: z.enum(['EN', 'ES', 'PT']),
  price: z.object({ amountMinor: z.string(), currency: z.string() }).nullable(),
  modules: z.array(
    z.object({
      title: z.string(),
      lessons: z.array(
        z.object({
          file: z.string().endsWith('.md'),
          kind: z.enum(['CONCEPT', 'EXERCISE', 'VIDEO', 'READING']),
          difficulty: z.number(),
          minutes: z.number(),
          /** Lessons to complete first, without `.md`. */
          after: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
  quiz: z.object({
    title: z.string(),
    passPercent: z.number(),
    /** `answer` is the position of the right choice, from 0. */
    questions: z.array(
      z.object({ text: z.string(), choices: z.array(z.string()), answer: z.number() }),
    ),
  }),
});
type CourseFile = z.output<typeof courseFileSchema>;
type LessonEntry = CourseFile['modules'][number]['lessons'][number];

/** Reads one demo course from the repository. */
export async function readDemoCourse(slug: string): Promise<CourseSpecification> {
  const folder = new URL(`start/demo/courses/${slug}/`, root);
  const text = (file: string) => readFile(new URL(file, folder), 'utf8');
  const file = courseFileSchema.parse(JSON.parse(await text('course.json')));
  const { title, summary, objectives, level, language, price } = file;
  const modules: ModuleSpecification[] = [];
  for (const { title: moduleTitle, lessons } of file.modules) {
    const isFirst = modules.length === 0;
    modules.push({
      title: moduleTitle,
      lessons: await Promise.all(
        lessons.map(async (entry, index) =>
          lessonOf(entry, await text(entry.file), isFirst && index === 0),
        ),
      ),
    });
  }
  const description = (await text('description.md')).trim();
  const quizzes = [quizOf(file.quiz)];
  return {
    ...{ slug, title, summary, description, objectives },
    ...{ level, language, price, modules, quizzes },
  };
}

/** A lesson file: `# Title`, a quoted line that sums it up, and the body. */
const lessonForm = /^# (?<title>.+)\n\n> (?<summary>.+)\n\n(?<body>[^]+)$/;

function lessonOf(entry: LessonEntry, text: string, isPreview: boolean): LessonSpecification {
  const { title, summary, body } = lessonForm.exec(text)?.groups ?? {};
  if (title === undefined || summary === undefined || body === undefined) {
    throw new Error(`${entry.file} does not begin with a title and a summary`);
  }
  return {
    externalKey: entry.file.replace(/\.md$/, ''),
    title,
    summary,
    body: body.trim(),
    kind: entry.kind,
    difficulty: entry.difficulty,
    isPublished: true,
    isPreview,
    durationMinutes: entry.minutes,
    prerequisiteKeys: entry.after,
  };
}

const quizOf = ({ title, passPercent, questions }: CourseFile['quiz']) => ({
  title,
  passPercent,
  questions: questions.map(({ text, choices, answer }) => ({
    text,
    choices: choices.map((choice, index) => ({ text: choice, isCorrect: index === answer })),
  })),
});
