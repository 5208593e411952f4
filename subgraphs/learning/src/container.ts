import { mergeHandlers, type EventHandlers, type UnitOfWork } from '@pcc/events';
import type { Clock } from '@pcc/platform';
import type { RedisPorts } from '@pcc/stores';
import type { Database } from './database.js';
import { argon2Passwords } from './features/account/password.js';
import { accountService } from './features/account/service.js';
import { certificateService } from './features/certificate/service.js';
import { courseAuthoringService } from './features/course/authoring-service.js';
import { courseEventHandlers } from './features/course/events.js';
import { courseService } from './features/course/service.js';
import { enrollmentEventHandlers } from './features/enrollment/events.js';
import { enrollmentService } from './features/enrollment/service.js';
import { lessonAuthoringService } from './features/lesson/authoring-service.js';
import { lessonService } from './features/lesson/service.js';
import { progressService } from './features/progress/service.js';
import { quizService } from './features/quiz/service.js';
import type { AccessTokens } from './features/session/access-token.js';
import { sessionService } from './features/session/service.js';

export interface ContainerDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly live: RedisPorts['sessions'];
  readonly accessTokens: AccessTokens;
  readonly clock: Clock;
}

export type Services = ReturnType<typeof createServices>;

/** All the wiring. A service is given only those that stand above it. */
export function createServices({ database, unitOfWork, live, accessTokens, clock }: ContainerDeps) {
  const stores = { database, unitOfWork, clock };
  const sessions = sessionService({ ...stores, live, accessTokens });
  const accounts = accountService({ ...stores, sessions, passwords: argon2Passwords() });
  const courses = courseService({ database });
  const courseAuthoring = courseAuthoringService({ ...stores, accounts, courses });
  const certificates = certificateService({ database, clock });
  const enrollments = enrollmentService({ ...stores, courses, certificates });
  const lessons = lessonService({ database });
  const lessonAuthoring = lessonAuthoringService({ unitOfWork, clock, courses, enrollments });
  const progress = progressService({ ...stores, lessons, enrollments });
  const quizzes = quizService({ ...stores, courses, enrollments });
  return {
    sessions,
    accounts,
    courses,
    courseAuthoring,
    lessons,
    lessonAuthoring,
    enrollments,
    progress,
    quizzes,
    certificates,
  };
}

/** What this subgraph does when something happened elsewhere. */
export const createHandlers = ({ enrollments }: Services): EventHandlers<Database> =>
  mergeHandlers(enrollmentEventHandlers(enrollments), courseEventHandlers);
