import { describe, expect, it } from 'vitest';
import { instructorRules, personalRules, studentRules } from './recipients.js';

const about = { userId: 'student', courseId: 'course' };
const line = (courseId: string) => ({
  orderLineId: `line-${courseId}`,
  courseId,
  amountMinor: '1',
});

describe('recipients', () => {
  it('of an enrolment are the student and the instructors', () => {
    const drafts = instructorRules['enrollment.created']({ ...about, enrollmentId: 'e' }, [
      'a',
      'b',
    ]);
    expect(drafts.map(({ recipientId, kind }) => [recipientId, kind])).toEqual([
      ['student', 'ENROLLMENT_CREATED'],
      ['a', 'STUDENT_ENROLLED'],
      ['b', 'STUDENT_ENROLLED'],
    ]);
  });

  it('never have two notifications of one event: an instructor who enrols is told as a student', () => {
    const drafts = instructorRules['enrollment.created']({ ...about, enrollmentId: 'e' }, [
      'student',
    ]);
    expect(drafts).toHaveLength(1);
  });

  it('of a discussion are the instructors without its author', () => {
    const data = { discussionId: 'd', courseId: 'course', authorId: 'a' };
    const drafts = instructorRules['discussion.created'](data, ['a', 'b']);
    expect(drafts.map(({ recipientId }) => recipientId)).toEqual(['b']);
  });

  it('of an announcement are all who are enrolled, without its author', () => {
    const data = { announcementId: 'n', courseId: 'course', authorId: 'a' };
    const drafts = studentRules['announcement.created'](data, ['a', 'b', 'c']);
    expect(drafts.map(({ recipientId, kind }) => [recipientId, kind])).toEqual([
      ['b', 'ANNOUNCEMENT_POSTED'],
      ['c', 'ANNOUNCEMENT_POSTED'],
    ]);
  });

  it('of an end are told what others or the clock did, not what they did themselves', () => {
    const ended = (reason: 'EXPIRED' | 'CANCELLED' | 'REFUNDED') =>
      personalRules['enrollment.ended']({ ...about, enrollmentId: 'e', reason });
    expect(ended('EXPIRED')).toMatchObject([{ kind: 'ENROLLMENT_EXPIRED', courseId: 'course' }]);
    expect([...ended('CANCELLED'), ...ended('REFUNDED')]).toEqual([]);
    const administered = (action: string, actorId = 'teacher') =>
      personalRules['enrollment.administered']({ ...about, enrollmentId: 'e', action, actorId });
    expect(administered('ENDED')).toMatchObject([{ kind: 'ENROLLMENT_ENDED', courseId: 'course' }]);
    expect([...administered('ENDED', 'student'), ...administered('SUSPENDED')]).toEqual([]);
  });

  it('learn the course of an order only when there is one', () => {
    const order = { orderId: 'o', userId: 'student', totalMinor: '2', currency: 'EUR' };
    const courseIdOf = (...lines: ReturnType<typeof line>[]) =>
      personalRules['order.paid']({ ...order, lines })[0]?.courseId;
    expect(courseIdOf(line('x'))).toBe('x');
    expect(courseIdOf(line('x'), line('y'))).toBeNull();
  });
});
