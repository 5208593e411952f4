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
  'lesson.progressed': (event, work) =>
    activities.count(event, work, placeOf(event.data), { seconds: event.data.watchedSeconds }),
});

const placeOf = ({ userId, courseId }: { userId: string; courseId: string }) => ({
  userId,
  courseId,
});
