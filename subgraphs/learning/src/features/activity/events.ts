import type { EventHandlers } from '@pcc/events';
import type { Database } from '../../database.js';
import type { ActivityService } from './service.js';

/** This subgraph's own events: who did what. */
export const activityEventHandlers = (activities: ActivityService): EventHandlers<Database> => ({
  'session.started': (event, work) =>
    activities.record(event, work, { userId: event.data.userId, kind: 'SIGNED_IN' }),
  'user.changed': (event, work) =>
    activities.record(event, work, { userId: event.data.userId, kind: 'ACCOUNT_CHANGED' }),
  'enrollment.created': (event, work) =>
    activities.record(event, work, { ...placeOf(event.data), kind: 'ENROLLED' }),
  'enrollment.ended': (event, work) =>
    activities.record(event, work, { ...placeOf(event.data), kind: 'ENROLLMENT_ENDED' }),
  'course.completed': (event, work) =>
    activities.record(event, work, { ...placeOf(event.data), kind: 'COURSE_COMPLETED' }),
  'certificate.issued': (event, work) =>
    activities.record(event, work, { ...placeOf(event.data), kind: 'CERTIFICATE_ISSUED' }),
  'lesson.completed': async (event, work) => {
    const place = placeOf(event.data);
    await activities.record(event, work, { ...place, kind: 'LESSON_COMPLETED' });
    await activities.count(event, work, place, { lessonsCompleted: 1 });
  },
  'quiz.graded': async (event, work) => {
    const place = placeOf(event.data);
    await activities.record(event, work, { ...place, kind: 'QUIZ_SUBMITTED' });
    await activities.count(event, work, place, { quizAttempts: 1 });
  },
  'lesson.progressed': (event, work) => {
    const { workedAt, watchedSeconds: seconds } = event.data;
    // What she did offline belongs to the day on which she did it.
    const occurredAt = workedAt === undefined ? event.occurredAt : new Date(workedAt);
    return activities.count({ occurredAt }, work, placeOf(event.data), { seconds });
  },
});

const placeOf = ({ userId, courseId }: { userId: string; courseId: string }) => ({
  userId,
  courseId,
});
