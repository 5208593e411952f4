import type { NewEvent } from '@pcc/events';

export const courseChanged = (
  courseId: string,
  given: {
    status?: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
    instructorIds?: string[];
    version?: number;
    window?: { availableFrom: string; availableUntil: string };
    prerequisiteIds?: string[];
    title?: string;
  } = {},
): NewEvent<'course.changed'> => ({
  aggregateId: courseId,
  aggregateVersion: given.version ?? 1,
  data: {
    courseId,
    slug: `course-${courseId}`,
    title: given.title ?? 'Bread & <Butter>',
    status: given.status ?? 'PUBLISHED',
    language: 'en',
    instructorIds: given.instructorIds ?? [],
    ...given.window,
    ...(given.prerequisiteIds && { prerequisiteIds: given.prerequisiteIds }),
  },
});
