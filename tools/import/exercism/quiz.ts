import { createHash } from 'node:crypto';
import type { QuestionSpecification, QuizSpecification } from '../../course/specification.js';
import type { ConceptRow, ExerciseRow } from './config.js';

const maximumQuestions = 10;
const maximumWrongChoices = 3;

/**
 * A quiz made of what the track says about itself: which concept does an exercise teach? The same track
 * always gives the same quiz. None when the track teaches fewer than two concepts.
 */
export function conceptQuiz(
  concepts: readonly ConceptRow[],
  exercises: readonly ExerciseRow[],
): QuizSpecification | null {
  const bySlug = new Map(concepts.map((concept) => [concept.slug, concept]));
  const published = exercises.filter(({ status }) => status !== 'wip');
  const taught = [...new Set(published.flatMap((exercise) => exercise.concepts))].flatMap(
    (slug) => bySlug.get(slug) ?? [],
  );
  const questions = published
    .flatMap((exercise) => questionOf(exercise, taught) ?? [])
    .slice(0, maximumQuestions);
  if (questions.length === 0) return null;
  return { title: 'Which concept does it teach?', passPercent: 80, questions };
}

function questionOf(
  exercise: ExerciseRow,
  taught: readonly ConceptRow[],
): QuestionSpecification | null {
  const shuffled = shuffle(taught, exercise.uuid);
  const right = taught.find(({ slug }) => slug === exercise.concepts[0]);
  // Neither what it teaches besides nor what it builds on would be a fair wrong answer.
  const near = new Set([...exercise.concepts, ...exercise.prerequisites]);
  const wrong = shuffled.filter(({ slug, name }) => !near.has(slug) && name !== right?.name);
  if (right === undefined || wrong.length === 0) return null;
  const choices = shuffle([right, ...wrong.slice(0, maximumWrongChoices)], exercise.slug);
  return {
    text: `Which concept does the exercise “${exercise.name}” teach?`,
    choices: choices.map(({ name, slug }) => ({ text: name, isCorrect: slug === right.slug })),
  };
}

/** An order that looks random and is always the same. */
function shuffle(concepts: readonly ConceptRow[], seed: string): ConceptRow[] {
  const place = ({ slug }: ConceptRow) =>
    createHash('sha256').update(`${seed} ${slug}`).digest('hex');
  return [...concepts].sort((left, right) => (place(left) < place(right) ? -1 : 1));
}
