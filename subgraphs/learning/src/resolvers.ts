import type { Context } from './context.js';
import { activityResolvers } from './features/activity/resolvers.js';
import { accountResolvers } from './features/account/resolvers.js';
import { administrationResolvers } from './features/administration/resolvers.js';
import { announcementResolvers } from './features/announcement/resolvers.js';
import { categoryResolvers } from './features/category/resolvers.js';
import { certificateResolvers } from './features/certificate/resolvers.js';
import { courseDuplicationResolvers } from './features/course-duplication/resolvers.js';
import { coursePrerequisiteResolvers } from './features/course-prerequisite/resolvers.js';
import { cohortResolvers } from './features/cohort/resolvers.js';
import { courseResolvers } from './features/course/resolvers.js';
import { credentialResolvers } from './features/credential/resolvers.js';
import { emailChangeResolvers } from './features/email-change/resolvers.js';
import { enrollmentResolvers } from './features/enrollment/resolvers.js';
import { impersonationResolvers } from './features/impersonation/resolvers.js';
import { invitationResolvers } from './features/invitation/resolvers.js';
import { lessonAccessResolvers } from './features/lesson-access/resolvers.js';
import { lessonResolvers } from './features/lesson/resolvers.js';
import { profileResolvers } from './features/profile/resolvers.js';
import { progressResolvers } from './features/progress/resolvers.js';
import { quizResolvers } from './features/quiz/resolvers.js';
import { registrationResolvers } from './features/registration/resolvers.js';
import { sessionResolvers } from './features/session/resolvers.js';
import { statisticsResolvers } from './features/statistics/resolvers.js';
import { waitingListResolvers } from './features/waiting-list/resolvers.js';
import type { Resolvers } from './generated/graphql.js';

type AnyResolver = (parent: unknown, args: unknown, context: Context, info: unknown) => unknown;

/** Several mutations of one request follow each other, and each must see what the former changed. */
function withFreshLoaders(map: Resolvers): Resolvers {
  if (map.Mutation === undefined) return map;
  const fresh = Object.entries(map.Mutation).map(([name, resolve]) => [
    name,
    async (...call: Parameters<AnyResolver>) => {
      const result = await (resolve as AnyResolver)(...call);
      call[2].forgetLoaded();
      return result;
    },
  ]);
  return { ...map, Mutation: Object.fromEntries(fresh) as NonNullable<Resolvers['Mutation']> };
}

export const resolvers: readonly Resolvers[] = [
  accountResolvers,
  profileResolvers,
  registrationResolvers,
  credentialResolvers,
  emailChangeResolvers,
  sessionResolvers,
  administrationResolvers,
  impersonationResolvers,
  courseResolvers,
  courseDuplicationResolvers,
  coursePrerequisiteResolvers,
  categoryResolvers,
  announcementResolvers,
  lessonResolvers,
  lessonAccessResolvers,
  enrollmentResolvers,
  waitingListResolvers,
  invitationResolvers,
  cohortResolvers,
  progressResolvers,
  quizResolvers,
  certificateResolvers,
  activityResolvers,
  statisticsResolvers,
].map(withFreshLoaders);
