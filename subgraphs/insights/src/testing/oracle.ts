import type { AnyEvent } from '@pcc/events';
import { dayMs } from '../time.js';

/**
 * Computes from a list of events, by plain loops, what insights should answer. Nothing is shared with the
 * code under test but the length of a day.
 */
export function oracleOf(events: readonly AnyEvent[], now: Date) {
  const isActivity = ({ type }: AnyEvent) =>
    ['enrollment.created', 'lesson.completed', 'quiz.graded', 'course.completed'].includes(type);
  const courseOf = (event: AnyEvent) => ('courseId' in event.data ? event.data.courseId : '');
  const userOf = (event: AnyEvent) => ('userId' in event.data ? event.data.userId : '');
  const dateOf = (event: AnyEvent) => event.occurredAt.toISOString().slice(0, 10);
  const within = (days: number) => {
    const first = new Date(now.getTime() - (days - 1) * dayMs).toISOString().slice(0, 10);
    return (event: AnyEvent) => dateOf(event) >= first;
  };
  const distinct = <Value>(values: readonly Value[]) => new Set(values).size;
  const about = (courseIds: readonly string[]) => (event: AnyEvent) =>
    courseIds.includes(courseOf(event));

  const figures = (some: readonly AnyEvent[]) => ({
    enrollments: some.filter(({ type }) => type === 'enrollment.created').length,
    completions: some.filter(({ type }) => type === 'course.completed').length,
    activeLearners: distinct(some.filter(isActivity).map(userOf)),
  });

  const moneyLines = (courseIds: readonly string[], days: number) =>
    events.filter(within(days)).flatMap((event) => {
      if (event.type !== 'order.paid' && event.type !== 'order.refunded') return [];
      const { currency, lines } = event.data;
      return lines
        .filter(({ courseId }) => courseIds.includes(courseId))
        .map(({ courseId, amountMinor }) => ({
          courseId,
          currency,
          date: dateOf(event),
          paid: event.type === 'order.paid' ? Number(amountMinor) : 0,
          refunded: event.type === 'order.refunded' ? Number(amountMinor) : 0,
        }));
    });
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const netOf = (lines: ReturnType<typeof moneyLines>) =>
    [...new Set(lines.map(({ currency }) => currency))].sort().map((currency) => {
      const own = lines.filter((line) => line.currency === currency);
      return { currency, amountMinor: String(sum(own.map((l) => l.paid - l.refunded))) };
    });

  const historyOf = (courseId: string) => {
    const byUser = new Map<string, AnyEvent[]>();
    for (const event of events.filter(about([courseId]))) {
      if (userOf(event) === '') continue;
      byUser.set(userOf(event), [...(byUser.get(userOf(event)) ?? []), event]);
    }
    return byUser;
  };
  const latest = (history: readonly AnyEvent[], type: string) =>
    Math.max(-1, ...history.filter((e) => e.type === type).map((e) => e.occurredAt.getTime()));

  return {
    analytics(courseId: string) {
      const own = events.filter(about([courseId]));
      const recent = own.filter((e) => e.occurredAt.getTime() >= now.getTime() - 30 * dayMs);
      return { ...figures(own), activeLearners: figures(recent).activeLearners };
    },

    dashboard(courseIds: readonly string[], days: number) {
      const own = events.filter(about(courseIds)).filter(within(days));
      const dates = Array.from({ length: days }, (_, index) =>
        new Date(now.getTime() - (days - 1 - index) * dayMs).toISOString().slice(0, 10),
      );
      const courses = courseIds
        .map((id) => ({
          course: { id },
          ...figures(own.filter(about([id]))),
          revenue: netOf(moneyLines([id], days)),
        }))
        .filter(({ enrollments, activeLearners }) => enrollments + activeLearners > 0);
      return {
        totals: { ...figures(own), revenue: netOf(moneyLines(courseIds, days)) },
        daily: dates.map((date) => ({ date, ...figures(own.filter((e) => dateOf(e) === date)) })),
        topCourses: courses.sort(
          (a, b) =>
            b.enrollments - a.enrollments ||
            b.activeLearners - a.activeLearners ||
            (a.course.id < b.course.id ? -1 : 1),
        ),
      };
    },

    revenue(courseIds: readonly string[], days: number) {
      const lines = moneyLines(courseIds, days);
      const keys = [...new Set(lines.map(({ date, currency }) => `${date} ${currency}`))].sort();
      return keys.map((key) => {
        const own = lines.filter(({ date, currency }) => `${date} ${currency}` === key);
        const [date, currency] = key.split(' ');
        const paid = sum(own.map((line) => line.paid));
        const refunded = sum(own.map((line) => line.refunded));
        const money = (amount: number) => ({ amountMinor: String(amount), currency });
        const net = money(paid - refunded);
        return { date, currency, paid: money(paid), refunded: money(refunded), net };
      });
    },

    funnel(courseId: string) {
      const furthest = [...historyOf(courseId).values()].map((history) => {
        const has = (type: string) => history.some((event) => event.type === type);
        const half = history.some(
          (e) => e.type === 'lesson.completed' && e.data.progressPercent >= 50,
        );
        if (has('certificate.issued')) return 4;
        if (has('course.completed')) return 3;
        if (half) return 2;
        return has('lesson.completed') ? 1 : 0;
      });
      return [0, 1, 2, 3, 4].map((stage) => furthest.filter((reached) => reached >= stage).length);
    },

    retention(courseIds: readonly string[] | null, weeks: number) {
      const monday = (time: number) => {
        const day = Math.floor(time / dayMs);
        return (day - ((day + 3) % 7)) * dayMs; // 1970-01-01 was a Thursday
      };
      const first = monday(now.getTime()) - (weeks - 1) * 7 * dayMs;
      const isBeginning = (event: AnyEvent) =>
        courseIds === null
          ? event.type === 'user.registered'
          : event.type === 'enrollment.created' && about(courseIds)(event);
      const counts = (event: AnyEvent) =>
        courseIds === null
          ? isActivity(event) || ['user.registered', 'session.started'].includes(event.type)
          : isActivity(event) && about(courseIds)(event);
      const beginnings = new Map<string, number>();
      for (const event of events.filter(isBeginning)) {
        const time = event.occurredAt.getTime();
        beginnings.set(userOf(event), Math.min(time, beginnings.get(userOf(event)) ?? time));
      }
      const cohorts = new Map<number, string[]>();
      for (const [user, time] of beginnings) {
        if (time < first) continue;
        cohorts.set(monday(time), [...(cohorts.get(monday(time)) ?? []), user]);
      }
      return [...cohorts]
        .sort(([a], [b]) => a - b)
        .map(([week, users]) => ({
          week: new Date(week).toISOString().slice(0, 10),
          active: Array.from(
            { length: (monday(now.getTime()) - week) / (7 * dayMs) + 1 },
            (_, offset) =>
              users.filter((user) =>
                events.some(
                  (e) =>
                    counts(e) &&
                    userOf(e) === user &&
                    monday(e.occurredAt.getTime()) === week + offset * 7 * dayMs,
                ),
              ).length,
          ),
        }));
    },

    atRisk(courseId: string, inactiveDays: number) {
      return [...historyOf(courseId)].flatMap(([learnerId, history]) => {
        const enrolled = latest(history, 'enrollment.created');
        if (enrolled < 0) return [];
        if (latest(history, 'enrollment.ended') >= enrolled) return [];
        if (latest(history, 'course.completed') >= enrolled) return [];
        const active = Math.max(...history.filter(isActivity).map((e) => e.occurredAt.getTime()));
        const lessons = history.flatMap((e) =>
          e.type === 'lesson.completed' && e.occurredAt.getTime() >= enrolled
            ? [[e.occurredAt.getTime(), e.data.progressPercent] as const]
            : [],
        );
        const progressPercent = lessons.sort((a, b) => a[0] - b[0] || a[1] - b[1]).at(-1)?.[1] ?? 0;
        const idle = (now.getTime() - active) / dayMs;
        const due = Math.min(1, (now.getTime() - enrolled) / dayMs / 60);
        const lag = Math.max(0, due - progressPercent / 100);
        const reasons = [
          ...(idle >= inactiveDays ? ['INACTIVE'] : []),
          ...(lag >= 0.3 ? ['BEHIND'] : []),
        ];
        if (reasons.length === 0) return [];
        const riskScore = Math.round(60 * Math.min(1, idle / inactiveDays) + 40 * lag);
        const lastActiveAt = new Date(active).toISOString();
        return [{ learner: { id: learnerId }, lastActiveAt, progressPercent, riskScore, reasons }];
      });
    },
  };
}
