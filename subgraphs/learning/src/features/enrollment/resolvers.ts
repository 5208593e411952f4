import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

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
  },
  EnrollmentConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  User: {
    enrollments: ({ id }, args, { enrollments, viewer }) => enrollments.list(viewer, id, args),
  },
  Course: {
    viewerEnrollment: ({ id }, _args, { loaders }) => loaders.viewerEnrollmentByCourseId.load(id),
  },
  Mutation: {
    enrollInCourse: async (_parent, { input }, { enrollments, viewer }) =>
      payload('enrollment', await enrollments.enroll(viewer, input.courseId)),
  },
};
