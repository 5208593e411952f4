import { newId } from '@pcc/platform';
import { serviceUrls } from '@pcc/testkit';
import { refundOf, type PaidOrder } from './test-orders.js';
import type { Person, TestLearning } from './test-support.js';

/** A narrow race has to be run often, to be lost once; with a server at hand there is time for it. */
const roundCount = serviceUrls().postgres === undefined ? 2 : 10;
/** So many rounds take their time. */
export const roundsTimeout = 120_000;
export async function rounds(round: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < roundCount; number++) await round(number);
}

/** All at once. */
export const times = <Value>(
  count: number,
  act: (index: number) => Promise<Value>,
): Promise<Value[]> => Promise.all(Array.from({ length: count }, (_, index) => act(index)));

export const count = (codes: readonly (string | undefined)[], code: string | undefined): number =>
  codes.filter((one) => one === code).length;

interface EnrollmentRow {
  status: string;
  progress_percent: number;
  completed_lesson_count: number;
  certificates: number;
  live_certificates: number;
}
/** What tests of learners at the same moment ask, and do. */
export function crowd(learning: () => TestLearning) {
  /** Many people at once, without the second that hashing their passwords would take. */
  async function students(number: number): Promise<Person[]> {
    const ids = Array.from({ length: number }, () => newId());
    await learning().sql(
      `WITH person AS (
         INSERT INTO learning.users (id, email, password_hash, display_name, role)
         SELECT id, id || '@example.test', '', 'Pat', 'student' FROM unnest($1::uuid[]) AS id RETURNING id)
       INSERT INTO learning.user_preferences (user_id, language, time_zone) SELECT id, 'en', 'UTC' FROM person`,
      [ids],
    );
    return ids.map((id) => learning().as({ id, role: 'student', sessionId: newId() }));
  }
  const student = async (): Promise<Person> => (await students(1))[0] as Person;

  const enroll = (person: Person, course: { id: string }) =>
    person.refusal('enrollInCourse', { courseId: course.id });
  const complete = (person: Person, lessonId: string | undefined) =>
    person.refusal('completeLesson', { lessonId });

  const enrollmentsOf = (person: Person, course: { id: string }) =>
    learning().sql<EnrollmentRow>(
      `SELECT status, progress_percent, completed_lesson_count,
              (SELECT count(*)::int FROM learning.certificates c WHERE c.enrollment_id = e.id) AS certificates,
              (SELECT count(*)::int FROM learning.certificates c
                WHERE c.enrollment_id = e.id AND c.revoked_at IS NULL) AS live_certificates
         FROM learning.enrollments e WHERE user_id = $1 AND course_id = $2 ORDER BY enrolled_at, id`,
      [person.id, course.id],
    );
  /** Seats as the course counts them, and as they are. */
  const seatsOf = async (course: { id: string }) => {
    const [row] = await learning().sql<{ counted: number; live: number; capacity: number | null }>(
      `SELECT c.enrolled_count AS counted, c.capacity,
              (SELECT count(*)::int FROM learning.enrollments e WHERE e.course_id = c.id AND e.status <> 'ENDED') AS live
         FROM learning.courses c WHERE id = $1`,
      [course.id],
    );
    return row ?? { counted: -1, live: -2, capacity: null };
  };
  const written = async (type: string, person: Pick<Person, 'id'>) => {
    const [row] = await learning().sql<{ count: number }>(
      `SELECT count(*)::int FROM learning.outbox WHERE type = $1 AND data->>'userId' = $2`,
      [type, person.id],
    );
    return row?.count;
  };

  const pay = (paid: PaidOrder) => learning().tell('order.paid', paid.orderId, paid);
  const refund = (paid: PaidOrder) =>
    learning().tell('order.refunded', paid.orderId, refundOf(paid));

  return { students, student, enroll, complete, enrollmentsOf, seatsOf, written, pay, refund };
}
