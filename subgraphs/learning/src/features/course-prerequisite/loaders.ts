import { listLoaderBy } from '@pcc/platform';
import type { CoursePrerequisite, CoursePrerequisiteService } from './service.js';

export const coursePrerequisiteLoaders = (prerequisites: CoursePrerequisiteService) => ({
  prerequisitesByCourseId: listLoaderBy<string, CoursePrerequisite>(
    (ids) => prerequisites.of(ids),
    ({ courseId }) => courseId,
  ),
});
