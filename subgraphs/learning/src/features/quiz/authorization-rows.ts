import { newId } from '@pcc/platform';
import {
  answerOf,
  authors,
  entity,
  everybody,
  fields,
  fixture,
  learners,
  mutation,
  query,
  shownTo,
  through,
} from '../../authorization/table.js';
import { enroll, quizInput } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const course = entity('Course', 'a published course', (world) => world.course.id);
const quiz = answerOf('Quiz', 'of a published course', ({ quizId }) => `quiz(id: "${quizId}")`);
const question = through(quiz, 'questions', 'QuizQuestion', 'a question');
const choice = through(question, 'choices', 'QuizChoice', 'a choice');
const attempt = through(quiz, 'viewerAttempts', 'QuizAttempt', 'her attempt');
const result = through(attempt, 'results', 'QuizQuestionResult', 'what she answered');

const learnerOwnerAndAdmin = shownTo('enrolled', 'owner', 'admin');

const quizToTake = fixture(async ({ by }) => {
  const { id } = await writeCourse(by.owner);
  await enroll(by.enrolled, { id });
  const { quiz: written } = await by.owner.do<{ quiz: { id: string } }>(
    'createQuiz',
    quizInput(id),
    'quiz { id }',
  );
  return written.id;
});

export const fieldRows = [
  ...fields(course, ['quizzes'], everybody('ok')),
  query('quiz', 'of a published course', ({ quizId }) => `quiz(id: "${quizId}")`, everybody('ok')),
  ...fields(quiz, ['id', 'title', 'passPercent', 'questionCount', 'course'], everybody('ok')),
  // It has no limit of attempts.
  ...fields(quiz, ['maxAttempts'], everybody('hidden')),
  ...fields(quiz, ['questions'], learnerOwnerAndAdmin),
  ...fields(quiz, ['viewerAttempts'], shownTo('enrolled')),
  ...fields(question, ['id', 'text', 'choices', 'multiple'], learnerOwnerAndAdmin),
  ...fields(choice, ['id', 'text'], learnerOwnerAndAdmin),
  ...fields(
    attempt,
    ['id', 'scorePercent', 'passed', 'submittedAt', 'results'],
    shownTo('enrolled'),
  ),
  ...fields(result, ['question', 'correct', 'correctChoiceIds'], shownTo('enrolled')),
];

export const mutationRows = [
  mutation('createQuiz', 'in a draft', ({ draft }) => quizInput(draft.id), authors('NOT_FOUND')),
  mutation(
    'submitQuiz',
    'of a course that she learns',
    async (world) => ({
      quizId: await quizToTake(world),
      answers: [],
      clientAttemptId: newId(),
    }),
    learners('NOT_ENROLLED'),
  ),
];
