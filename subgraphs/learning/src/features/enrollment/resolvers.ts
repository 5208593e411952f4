import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';
import type { Enrollment } from './service.js';

export const enrollmentResolvers: Resolvers = {
  Enrollment: {
    __resolveReference: ({ id }, { loaders }) => loaders.enrollmentById.load(id),
    course: async ({ courseId }, _args, { loaders }) => {
      // Also when it is out of her sight since: the list of what she took stays whole.
      const course = await loaders.enrolledCourseById.load(courseId);
      if (course === null) throw new AppError('NOT_FOUND');
      return course;
    },
    student: async ({ userId }, _args, { loaders }) => {
      const account = await loaders.accountById.load(userId);
      if (account === null) throw new AppError('NOT_FOUND');
      return account;
    },
    nextLesson: async ({ id }, _args, { loaders }) => {
      const next = await loaders.nextLessonIdByEnrollmentId.load(id);
      return next && loaders.lessonById.load(next.lessonId);
    },
    history: async ({ id }, _args, { loaders }) => [
      ...(await loaders.historyByEnrollmentId.load(id)),
    ],
  },
  EnrollmentHistoryEntry: {
    // Only these are ever written.
    status: ({ status }) => status as Enrollment['status'],
  },
  EnrollmentConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  User: {
    enrollments: ({ id }, args, { enrollments, viewer }) => enrollments.list(viewer, id, args),
  },
  Course: {
    viewerEnrollment: ({ id }, _args, { loaders }) => loaders.viewerEnrollmentByCourseId.load(id),
    enrollments: ({ id }, args, { enrollments, viewer }) => enrollments.roster(viewer, id, args),
  },
  Mutation: {
    enrollInCourse: async (_parent, { input }, { admissions, viewer }) =>
      payload('enrollment', await admissions.enroll(viewer, input.courseId)),
    cancelEnrollment: async (_parent, { input }, { admissions, viewer }) =>
      payload('enrollment', await admissions.cancel(viewer, input.enrollmentId)),
    enrollStudent: async (_parent, { input }, { enrollmentAdministration, viewer }) =>
      payload('enrollment', await enrollmentAdministration.enroll(viewer, input)),
    suspendEnrollment: async (_parent, { input }, { enrollmentAdministration, viewer }) =>
      payload('enrollment', await enrollmentAdministration.suspend(viewer, input.enrollmentId)),
    resumeEnrollment: async (_parent, { input }, { enrollmentAdministration, viewer }) =>
      payload('enrollment', await enrollmentAdministration.resume(viewer, input.enrollmentId)),
    endEnrollment: async (_parent, { input }, { enrollmentAdministration, viewer }) =>
      payload('enrollment', await enrollmentAdministration.end(viewer, input.enrollmentId)),
    setEnrollmentExpiry: async (_parent, { input }, { enrollmentAdministration, viewer }) => {
      const { enrollmentId, expiresAt = null } = input;
      const changed = await enrollmentAdministration.setExpiry(viewer, enrollmentId, expiresAt);
      return payload('enrollment', changed);
    },
  },
};
