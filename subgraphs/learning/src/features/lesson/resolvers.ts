import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const lessonResolvers: Resolvers = {
  Course: {
    modules: async ({ id }, _args, { loaders }) => [...(await loaders.modulesByCourseId.load(id))],
    lessonCount: async ({ id }, _args, { loaders }) =>
      (await loaders.lessonCountByCourseId.load(id))?.count ?? 0,
  },
  CourseModule: {
    lessons: async ({ id }, _args, { loaders }) => [...(await loaders.lessonsByModuleId.load(id))],
  },
  Lesson: {
    __resolveReference: ({ id }, { loaders }) => loaders.lessonById.load(id),
    prerequisites: async ({ id }, _args, { loaders }) => [
      ...(await loaders.prerequisitesByLessonId.load(id)),
    ],
    course: async ({ courseId }, _args, { loaders }) => {
      const course = await loaders.courseById.load(courseId);
      if (course === null) throw new AppError('NOT_FOUND');
      return course;
    },
  },
  Query: {
    lesson: (_parent, { id }, { loaders }) => loaders.lessonById.load(id),
  },
  Mutation: {
    createModule: async (_parent, { input }, { lessonAuthoring, viewer }) =>
      payload('module', await lessonAuthoring.createModule(viewer, input)),
    updateModule: async (_parent, { input }, { lessonAuthoring, viewer }) =>
      payload('module', await lessonAuthoring.updateModule(viewer, input)),
    createLesson: async (_parent, { input }, { lessonAuthoring, viewer }) =>
      payload('lesson', await lessonAuthoring.create(viewer, input)),
    updateLesson: async (_parent, { input }, { lessonAuthoring, viewer }) =>
      payload('lesson', await lessonAuthoring.update(viewer, input)),
    setLessonPrerequisites: async (_parent, { input }, { lessonAuthoring, viewer }) =>
      payload('lesson', await lessonAuthoring.setPrerequisites(viewer, input)),
    moveModule: async (_parent, { input }, { lessonArrangement, viewer }) =>
      payload('module', await lessonArrangement.moveModule(viewer, input)),
    reorderModules: async (_parent, { input }, { lessonArrangement, viewer }) =>
      payload('course', await lessonArrangement.reorderModules(viewer, input)),
    deleteModule: async (_parent, { input }, { lessonArrangement, viewer }) =>
      payload('deletedModuleId', await lessonArrangement.deleteModule(viewer, input.moduleId)),
    moveLesson: async (_parent, { input }, { lessonArrangement, viewer }) =>
      payload('lesson', await lessonArrangement.moveLesson(viewer, input)),
    reorderLessons: async (_parent, { input }, { lessonArrangement, viewer }) =>
      payload('module', await lessonArrangement.reorderLessons(viewer, input)),
    deleteLesson: async (_parent, { input }, { lessonArrangement, viewer }) =>
      payload('deletedLessonId', await lessonArrangement.deleteLesson(viewer, input.lessonId)),
  },
};
