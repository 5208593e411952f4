import type { Resolvers } from '../../generated/graphql.js';

export const activityResolvers: Resolvers = {
  UserActivity: {
    course: ({ courseId }, _args, { loaders }) =>
      courseId === null ? null : loaders.courseById.load(courseId),
  },
  UserActivityConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  LearningDayConnection: {
    totalCount: (connection) => connection.totalCount(),
  },
  User: {
    activities: ({ id }, args, { activities, viewer }) => activities.list(viewer, id, args),
  },
  Enrollment: {
    learningDays: (enrollment, args, { activities }) => activities.days(enrollment, args),
  },
};
