import type { AnyEvent } from '@pcc/events';
import { newId } from '@pcc/platform';
import { dayMs } from '../time.js';
import { courseEvent, eventOf } from './insights.js';

/** A made-up school: courses, who teaches them, and everything that happened in 120 days. */
export interface School {
  readonly courses: readonly { readonly id: string; readonly instructorId: string }[];
  readonly events: readonly AnyEvent[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const currencies = ['EUR', 'USD'] as const;

export function inventSchool(now: Date, random: () => number, learners: number): School {
  const events: AnyEvent[] = [];
  const teachers = [newId(), newId()];
  const courses = [0, 0, 1].map((teacher) => ({
    id: newId(),
    instructorId: teachers[teacher] ?? newId(),
  }));
  const daysAgo = (days: number) => new Date(now.getTime() - Math.round(days * dayMs));
  for (const { id, instructorId } of courses) {
    events.push(courseEvent(id, [instructorId], daysAgo(120)));
  }
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;

  const study = (userId: string, courseId: string, enrolledDaysAgo: number, lessons: number) => {
    const enrollmentId = newId();
    const ids = { enrollmentId, userId, courseId };
    events.push(eventOf('enrollment.created', ids, daysAgo(enrolledDaysAgo)));
    let left = enrolledDaysAgo;
    // Somebody who gave up long ago, or who is still at it.
    const pause = () => 1 - random() * (random() < 0.5 ? 0.2 : 0.8);
    for (let lesson = 1; lesson <= lessons; lesson++) {
      left *= pause();
      const at = daysAgo(left);
      const progressPercent = (100 * lesson) / 7;
      events.push(eventOf('lesson.completed', { ...ids, lessonId: newId(), progressPercent }, at));
      if (random() < 0.2) {
        const quiz = { attemptId: newId(), quizId: newId(), scorePercent: 50, passed: false };
        left *= pause();
        events.push(eventOf('quiz.graded', { ...quiz, userId, courseId }, daysAgo(left)));
      }
      if (lesson === 7) {
        events.push(eventOf('course.completed', ids, at));
        if (random() < 0.7) {
          const certificateId = newId();
          events.push(eventOf('certificate.issued', { certificateId, userId, courseId }, at));
        }
      }
    }
    return { enrollmentId, left };
  };
  const pay = (userId: string, courseIds: readonly string[], paidDaysAgo: number) => {
    const lines = courseIds.map((courseId) => ({
      orderLineId: newId(),
      courseId,
      amountMinor: String(Math.floor(random() * 10_000)),
    }));
    const order = {
      orderId: newId(),
      userId,
      totalMinor: String(lines.reduce((sum, { amountMinor }) => sum + Number(amountMinor), 0)),
      currency: pick(currencies),
      lines,
    };
    events.push(eventOf('order.created', order, daysAgo(paidDaysAgo + 0.01)));
    events.push(eventOf('order.paid', order, daysAgo(paidDaysAgo)));
    if (random() < 0.3) {
      const { totalMinor: _total, lines: all, ...rest } = order;
      const refunded = all.slice(0, 1);
      const amountMinor = refunded[0]?.amountMinor ?? '0';
      const refund = { ...rest, refundId: newId(), amountMinor, lines: refunded, reason: 'asked' };
      events.push(eventOf('order.refunded', refund, daysAgo(paidDaysAgo * random())));
    }
  };

  for (let learner = 0; learner < learners; learner++) {
    const userId = newId();
    const joined = random() * 110;
    events.push(
      eventOf('user.registered', { userId, role: 'student', language: 'en' }, daysAgo(joined)),
    );
    for (let visit = Math.floor(random() * 6); visit > 0; visit--) {
      const at = daysAgo(joined * random());
      events.push(eventOf('session.started', { userId, sessionId: newId() }, at));
    }
    const chosen = courses.filter(() => random() < 0.6).map(({ id }) => id);
    if (chosen.length > 0 && random() < 0.6) pay(userId, chosen, joined);
    for (const courseId of chosen) {
      const began = joined * random();
      const { enrollmentId, left } = study(userId, courseId, began, Math.floor(random() * 8));
      if (random() < 0.25) {
        const end = { enrollmentId, userId, courseId, reason: 'REFUNDED' as const };
        events.push(eventOf('enrollment.ended', end, daysAgo(left * 0.9)));
        if (random() < 0.5) study(userId, courseId, left * 0.8, Math.floor(random() * 3));
      }
    }
  }
  return { courses, events };
}

/** The same values in another order, as a bus may deliver them. */
export function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
