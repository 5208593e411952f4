import type { EventHandlers } from '@pcc/events';
import type { Transaction } from '../../mongo.js';
import type { ProjectionRepository } from './repository.js';

/** Keeps the projections; every write is versioned, so order and repetition do not matter. */
export const projectionHandlers = (
  projections: ProjectionRepository,
): EventHandlers<Transaction> => ({
  'course.changed': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveCourse(
      {
        id: data.courseId,
        title: data.title,
        status: data.status,
        language: data.language,
        instructorIds: data.instructorIds,
        deleted: data.deleted ?? false,
        version: aggregateVersion,
      },
      transaction,
    ),
  'user.registered': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveUser(
      {
        id: data.userId,
        role: data.role,
        language: data.language,
        ...(data.timeZone === undefined ? {} : { timeZone: data.timeZone }),
        version: aggregateVersion,
      },
      transaction,
    ),
  'user.changed': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveUser(
      {
        id: data.userId,
        role: data.role,
        language: data.language,
        timeZone: data.timeZone,
        version: aggregateVersion,
      },
      transaction,
    ),
  'enrollment.created': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveEnrollment(
      {
        id: data.enrollmentId,
        userId: data.userId,
        courseId: data.courseId,
        active: true,
        version: aggregateVersion,
      },
      transaction,
    ),
  // While it is suspended she is not of the course; the version tells what came last.
  'enrollment.suspended': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveEnrollment(
      {
        id: data.enrollmentId,
        userId: data.userId,
        courseId: data.courseId,
        active: false,
        version: aggregateVersion,
      },
      transaction,
    ),
  'enrollment.resumed': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveEnrollment(
      {
        id: data.enrollmentId,
        userId: data.userId,
        courseId: data.courseId,
        active: true,
        version: aggregateVersion,
      },
      transaction,
    ),
  'enrollment.ended': ({ data, aggregateVersion }, { transaction }) =>
    projections.saveEnrollment(
      {
        id: data.enrollmentId,
        userId: data.userId,
        courseId: data.courseId,
        active: false,
        version: aggregateVersion,
      },
      transaction,
    ),
});
