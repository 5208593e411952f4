import type { EventHandlers } from '@pcc/events';
import type { Database } from '../../database.js';
import { projectionRepository } from './repository.js';

const momentOf = (text: string | undefined) => (text === undefined ? null : new Date(text));

export const projectionHandlers = (): EventHandlers<Database> => ({
  'course.changed': (event, { transaction }) =>
    projectionRepository.saveCourse(transaction, {
      courseId: event.data.courseId,
      title: event.data.title,
      status: event.data.status,
      instructorIds: event.data.instructorIds,
      availableFrom: momentOf(event.data.availableFrom),
      availableUntil: momentOf(event.data.availableUntil),
      prerequisiteIds: event.data.prerequisiteIds ?? null,
      version: event.aggregateVersion,
    }),
  'course.completed': (event, { transaction }) =>
    projectionRepository.saveCompletion(transaction, event.data),
  'completion.restated': (event, { transaction }) =>
    projectionRepository.saveCompletion(transaction, event.data),
  'enrollment.created': (event, { transaction }) =>
    projectionRepository.saveEnrollment(transaction, {
      enrollmentId: event.data.enrollmentId,
      userId: event.data.userId,
      courseId: event.data.courseId,
      orderLineId: event.data.orderLineId ?? null,
    }),
  'enrollment.ended': (event, { transaction }) =>
    projectionRepository.endEnrollment(transaction, {
      enrollmentId: event.data.enrollmentId,
      userId: event.data.userId,
      courseId: event.data.courseId,
    }),
});
