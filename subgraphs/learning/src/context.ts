import type { RequestContext } from '@pcc/platform/graphql';
import type { Services } from './container.js';
import { accountLoaders } from './features/account/loaders.js';
import { announcementLoaders } from './features/announcement/loaders.js';
import { categoryLoaders } from './features/category/loaders.js';
import { certificateLoaders } from './features/certificate/loaders.js';
import { coursePrerequisiteLoaders } from './features/course-prerequisite/loaders.js';
import { cohortLoaders } from './features/cohort/loaders.js';
import { courseLoaders } from './features/course/loaders.js';
import { enrollmentLoaders } from './features/enrollment/loaders.js';
import { lessonAccessLoaders } from './features/lesson-access/loaders.js';
import { lessonLoaders } from './features/lesson/loaders.js';
import { progressLoaders } from './features/progress/loaders.js';
import { quizLoaders } from './features/quiz/loaders.js';
import { statisticsLoaders } from './features/statistics/loaders.js';
import { waitingListLoaders } from './features/waiting-list/loaders.js';

type Loaders = ReturnType<typeof createLoaders>;

/** What a resolver of this subgraph has. */
export interface Context extends RequestContext, Services {
  /** Of this request and its viewer. */
  readonly loaders: Loaders;
  /** Forgets what was loaded: after a mutation it may be no longer true. */
  forgetLoaded(): void;
}

const createLoaders = (services: Services, { viewer }: RequestContext) => ({
  ...accountLoaders(services.accounts, viewer),
  ...courseLoaders(services, viewer),
  ...categoryLoaders(services.categories),
  ...coursePrerequisiteLoaders(services.coursePrerequisites),
  ...announcementLoaders(services.announcements, viewer),
  ...lessonLoaders(services.lessons, viewer),
  ...lessonAccessLoaders(services.lessonAccess, viewer),
  ...enrollmentLoaders(services.enrollments, viewer),
  ...waitingListLoaders(services.waitingList, viewer),
  ...statisticsLoaders(services.statistics, viewer),
  ...cohortLoaders(services.cohorts, viewer),
  ...progressLoaders(services.progress, viewer),
  ...quizLoaders(services.quizzes, viewer),
  ...certificateLoaders(services.certificates, services.certificateDocuments),
});

export function createContext(services: Services, request: RequestContext): Context {
  const loaders = createLoaders(services, request);
  return {
    ...services,
    ...request,
    loaders,
    // Into the same object: Apollo copies the context, and a getter would not survive that.
    forgetLoaded: () => void Object.assign(loaders, createLoaders(services, request)),
  };
}
