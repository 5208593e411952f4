import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes, startTestContent, type TestContent } from '../../test-support.js';

interface Page {
  nodes: { id: string; seq: number; kind: string; title: string; body: string; readAt: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
  totalCount?: number;
}
interface Own {
  _entities: [{ notifications: Page | null; unreadNotificationCount: number | null }];
}

const notificationsQuery = `query ($user: [_Any!]!, $first: Int, $after: String, $unreadOnly: Boolean) {
  _entities(representations: $user) { ... on User {
    unreadNotificationCount
    notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
      nodes { id seq kind title body createdAt readAt course { id } order { id } }
      pageInfo { hasNextPage endCursor } totalCount } } } }`;
let content: TestContent;
beforeAll(async () => {
  content = await startTestContent();
});
afterAll(() => content.close());

const read = async (userId: string, variables: Record<string, unknown> = {}) => {
  const user = [{ __typename: 'User', id: userId }];
  const answer = await content.client
    .as({ id: userId })
    .query<Own>(notificationsQuery, { user, ...variables });
  expect(answer.errors).toBeUndefined();
  return answer.data._entities[0];
};
const nodesOf = async (userId: string) => (await read(userId)).notifications?.nodes ?? [];
/** Waits until a person has this many notifications. */
const received = (userId: string, count: number) =>
  waitFor(
    async () => {
      const nodes = await nodesOf(userId);
      return nodes.length >= count && nodes;
    },
    { what: `${count} notifications` },
  );

describe('notifications', () => {
  it('tells a learner and the instructors of an enrolment, in the words of the language each chose', async () => {
    const [student, teacher] = [newId(), newId()];
    await content.tell('user.registered', { userId: student, role: 'student', language: 'es' });
    const courseId = await content.course({ title: 'Knots', instructorIds: [teacher] });
    await content.enroll(student, courseId);

    const [toStudent] = await received(student, 1);
    expect(toStudent).toMatchObject({
      kind: 'ENROLLMENT_CREATED',
      seq: 1,
      title: 'Te damos la bienvenida a Knots',
      readAt: null,
      course: { id: courseId },
    });
    const [toTeacher] = await received(teacher, 1);
    expect(toTeacher).toMatchObject({ kind: 'STUDENT_ENROLLED', title: 'New learner in Knots' });
  });

  it('puts every event that notifies into words', async () => {
    const userId = newId();
    const courseId = await content.course({ title: 'Knots' });
    const order = { orderId: newId(), userId, currency: 'EUR' };
    const lines = [{ orderLineId: newId(), courseId, amountMinor: '1999' }];
    const about = { userId, courseId, enrollmentId: newId() };
    const quiz = { attemptId: newId(), quizId: newId(), userId, courseId };
    await content.tell('order.paid', { ...order, totalMinor: '1999', lines });
    await content.tell('order.payment_failed', { ...order, reason: 'card_declined' });
    await content.tell('order.refunded', {
      ...order,
      refundId: newId(),
      amountMinor: '1999',
      lines,
      reason: 'x',
    });
    await content.tell('enrollment.refused', {
      userId,
      courseId,
      orderId: order.orderId,
      orderLineId: newId(),
      reason: 'COURSE_FULL',
    });
    await content.tell('lesson.completed', { ...about, lessonId: newId(), progressPercent: 50 });
    await content.tell('quiz.graded', { ...quiz, scorePercent: 80, passed: true });
    await content.tell('quiz.graded', { ...quiz, scorePercent: 20, passed: false });
    await content.tell('course.completed', about);
    await content.tell('certificate.issued', { certificateId: newId(), userId, courseId });

    const nodes = await received(userId, 9);
    const bodies = new Map(nodes.map(({ kind, body }) => [kind, body]));
    expect([...bodies.keys()].sort()).toEqual([
      'CERTIFICATE_ISSUED',
      'COURSE_COMPLETED',
      'ENROLLMENT_REFUSED',
      'LESSON_COMPLETED',
      'ORDER_PAID',
      'ORDER_PAYMENT_FAILED',
      'ORDER_REFUNDED',
      'QUIZ_FAILED',
      'QUIZ_PASSED',
    ]);
    expect(bodies.get('ORDER_PAID')).toBe('We received your payment of €19.99. Thank you.');
    expect(bodies.get('LESSON_COMPLETED')).toBe('You have completed 50% of Knots.');
    expect(bodies.get('QUIZ_FAILED')).toBe('You scored 20% in a quiz of Knots.');
    expect(nodes.map(({ seq }) => seq)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('tells everybody who is enrolled of an announcement, once, and those who left nothing', async () => {
    const courseId = await content.course({ title: 'Knots' });
    const learners = Array.from({ length: 25 }, () => newId());
    for (const userId of learners) await content.enroll(userId, courseId);
    const left = newId();
    const enrollmentId = await content.enroll(left, courseId);
    const about = { enrollmentId, userId: left, courseId };
    await content.tell('enrollment.ended', { ...about, reason: 'CANCELLED' });
    const announcement = { announcementId: newId(), courseId, authorId: newId() };
    const event = await content.tell('announcement.created', announcement);
    await content.bus.publish(event);
    const told = await waitFor(async () => {
      const found = await content.mongo.db
        .collection('notification_logs')
        .find({ kind: 'ANNOUNCEMENT_POSTED', courseId })
        .toArray();
      return found.length >= learners.length && found;
    });
    expect(told.map((one) => String(one['recipientId'])).sort()).toEqual([...learners].sort());
    expect(told[0]).toMatchObject({
      title: 'News in Knots',
      body: 'Your instructors have announced something.',
    });
  });

  it('tells of a seat that is kept, by the clock and in the language of whom it is for, once', async () => {
    const courseId = await content.course({ title: 'Knots' });
    const expiresAt = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 2, 2, 23, 30));
    const told = async (language: string, timeZone: string) => {
      const userId = newId();
      await content.tell('user.registered', { userId, role: 'student', language, timeZone });
      const offer = { userId, courseId, expiresAt: expiresAt.toISOString() };
      const event = await content.tell('waiting_list.offered', offer);
      await content.bus.publish(event);
      // A seat that was kept until a moment before this reached us helps nobody.
      await content.tell('waiting_list.offered', { ...offer, expiresAt: '2020-01-01T00:00:00Z' });
      await content.tell('waiting_list.offer_expired', { userId, courseId });
      await waitFor(() =>
        content.mongo.db
          .collection('notification_queue')
          .findOne({ recipientId: userId, status: 'SKIPPED' }),
      );
      const nodes = await received(userId, 2);
      expect(nodes.map(({ kind }) => kind).sort()).toEqual(['SEAT_OFFERED', 'SEAT_OFFER_EXPIRED']);
      const offered = nodes.find(({ kind }) => kind === 'SEAT_OFFERED');
      expect(offered).toMatchObject({ course: { id: courseId } });
      return [offered?.title, offered?.body].join(' – ');
    };
    const [en, es, pt] = await Promise.all([
      told('en', 'America/New_York'),
      told('es', 'Europe/Madrid'),
      told('pt', 'America/Sao_Paulo'),
    ]);
    expect(en).toMatch(
      /^A seat for you in Knots – We keep it for you until \w+day, March 2 at 6:30\sPM EST\. Buy/,
    );
    expect(es).toMatch(/Knots – Te la guardamos hasta el \S+, 3 de marzo, 0:30 CET\. Compra/);
    expect(pt).toMatch(/Knots – Ela fica guardada até \S+, 2 de março às 20:30 BRT\. Compre/);
  });

  it("goes by a person's newest time zone", async () => {
    const userId = newId();
    const courseId = await content.course();
    const person = { userId, role: 'student', language: 'es' };
    await content.tell('user.registered', { ...person, timeZone: 'Asia/Tokyo' }, 1);
    await content.tell('user.changed', { ...person, timeZone: 'Europe/Madrid' }, 2);
    const expiresAt = `${new Date().getUTCFullYear() + 1}-07-01T10:00:00Z`;
    await content.tell('waiting_list.offered', { userId, courseId, expiresAt });
    const [offered] = await received(userId, 1);
    expect(offered?.body).toContain('1 de julio, 12:00 CEST');
  });

  it('tells a learner what the clock and the staff did to an enrolment', async () => {
    const userId = newId();
    const courseId = await content.course({ title: 'Knots' });
    const about = { enrollmentId: newId(), userId, courseId };
    await content.tell('enrollment.suspended', about, 2);
    await content.tell('enrollment.resumed', about, 3);
    await content.tell('enrollment.ended', { ...about, reason: 'EXPIRED' }, 4);
    await content.tell('enrollment.administered', { ...about, actorId: newId(), action: 'ENDED' });
    const nodes = await received(userId, 4);
    expect(new Map(nodes.map(({ kind, body }) => [kind, body]))).toEqual(
      new Map([
        ['ENROLLMENT_ENDED', 'The staff has ended your enrolment in Knots.'],
        [
          'ENROLLMENT_EXPIRED',
          'Your enrolment has expired. What you have completed stays on record.',
        ],
        ['ENROLLMENT_RESUMED', 'You can go on with Knots.'],
        [
          'ENROLLMENT_SUSPENDED',
          'The staff has suspended your enrolment in Knots. Your progress is kept.',
        ],
      ]),
    );
  });

  it('delivers once, however often an event comes', async () => {
    const userId = newId();
    const courseId = await content.course();
    const event = await content.tell('certificate.issued', {
      certificateId: newId(),
      userId,
      courseId,
    });
    await Promise.all([content.bus.publish(event), content.bus.publish(event)]);
    // Also when the inbox has forgotten it.
    const inbox = content.mongo.db.collection<{ _id: string }>('inbox');
    await inbox.deleteOne({ _id: `content:${event.eventId}` });
    await content.bus.publish(event);
    // What is told afterwards arrives afterwards, so nothing of the repetitions is still on its way.
    await content.tell('course.completed', { enrollmentId: newId(), userId, courseId });
    const nodes = await waitFor(async () => {
      const found = await nodesOf(userId);
      return found.some(({ kind }) => kind === 'COURSE_COMPLETED') && found;
    });
    expect(nodes.map(({ kind }) => kind).sort()).toEqual([
      'CERTIFICATE_ISSUED',
      'COURSE_COMPLETED',
    ]);
    expect(
      await content.mongo.db
        .collection('notification_queue')
        .countDocuments({ recipientId: userId }),
    ).toBe(2);
  });

  it('pages by seq, filters unread, and marks as read once', async () => {
    const userId = newId();
    const about = { enrollmentId: newId(), userId, courseId: await content.course() };
    for (let index = 0; index < 3; index++) await content.tell('course.completed', about);
    const [newest] = await received(userId, 3);
    const first = (await read(userId, { first: 2 })).notifications;
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = (await read(userId, { first: 2, after: first?.pageInfo.endCursor })).notifications;
    expect(rest?.nodes.map(({ seq }) => seq)).toEqual([1]);
    expect(rest?.pageInfo.hasNextPage).toBe(false);

    const mark = `mutation ($id: ID!) { markNotificationRead(input: { notificationId: $id }) {
      notification { readAt } userErrors { code field } } }`;
    const me = content.client.as({ id: userId });
    const once = await me.query(mark, { id: newest?.id });
    const twice = await me.query(mark, { id: newest?.id });
    expect(once.data).toEqual(twice.data);
    expect((await read(userId)).unreadNotificationCount).toBe(2);
    expect((await read(userId, { unreadOnly: true })).notifications?.nodes).toHaveLength(2);

    const foreign = await content.client.as({ id: newId() }).query(mark, { id: newest?.id });
    const malformed = await me.query(mark, { id: '{"$ne":1}' });
    for (const { data } of [foreign, malformed]) {
      expect(data['markNotificationRead']).toEqual({
        notification: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'notificationId'] }],
      });
    }
    const all = await me.query('mutation { markAllNotificationsRead { markedCount } }');
    expect(all.data).toEqual({ markAllNotificationsRead: { markedCount: 2 } });
    expect((await read(userId)).unreadNotificationCount).toBe(0);
  });

  it('shows notifications to their owner only', async () => {
    const user = [{ __typename: 'User', id: newId() }];
    const byOther = await content.client.as({ id: newId() }).query(notificationsQuery, { user });
    const byAdmin = await content.client
      .as({ id: newId(), role: 'admin' })
      .query(notificationsQuery, { user });
    const byNobody = await content.client.anonymous.query(notificationsQuery, { user });
    expect(errorCodes(byOther)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(errorCodes(byAdmin)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(errorCodes(byNobody)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    const badCursor = await content.client
      .as({ id: user[0]?.id ?? '' })
      .query(notificationsQuery, { user, after: 'nonsense' });
    expect(errorCodes(badCursor)).toEqual(['BAD_USER_INPUT']);
  });

  it('leaves out what the recipient does not want', async () => {
    const userId = newId();
    const courseId = await content.course();
    const about = { userId, courseId, enrollmentId: newId() };
    const me = content.client.as({ id: userId });
    await me.query(`mutation { updateNotificationPreferences(input: { mutedKinds: [LESSON_COMPLETED] }) {
      userErrors { code } } }`);
    await content.tell('lesson.completed', { ...about, lessonId: newId(), progressPercent: 5 });
    await waitFor(() =>
      content.mongo.db
        .collection('notification_queue')
        .findOne({ recipientId: userId, status: 'SKIPPED' }),
    );
    await content.tell('course.completed', about);
    const nodes = await received(userId, 1);
    expect(nodes.map(({ kind, seq }) => [kind, seq])).toEqual([['COURSE_COMPLETED', 1]]);
    const { data } = await me.query('{ notificationPreferences { mutedKinds } }');
    expect(data).toEqual({ notificationPreferences: { mutedKinds: ['LESSON_COMPLETED'] } });
  });
});
