import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeCourse, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let otherTeacher: Person;
let admin: Person;
let course: TestCourse;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor', 'Tina Teacher');
  otherTeacher = await learning.person('instructor', 'Otto Other');
  admin = await learning.person('admin', 'Ada Admin');
  course = await writeCourse(teacher);
});
afterAll(() => learning.close());

interface Seen {
  displayName: string | null;
  bio: string | null;
  email: string | null;
  timeZone: string | null;
  privacy: object | null;
}
const document = `query ($all: [_Any!]!) { _entities(representations: $all) {
  ... on User { displayName bio email timeZone privacy { showsName showsBio } } } }`;
const seenBy = async (viewer: Person, ...people: Person[]): Promise<(Seen | null)[]> => {
  const all = people.map(({ id }) => ({ __typename: 'User', id }));
  return (await viewer.ask<{ _entities: (Seen | null)[] }>(document, { all }))._entities;
};
const enrolled = async (displayName: string) => {
  const person = await learning.person('student', displayName);
  await person.do('enrollInCourse', { courseId: course.id }, '');
  return person;
};

describe('what others see of somebody', () => {
  let eva: Person;
  let stranger: Person;
  beforeEach(async () => {
    eva = await enrolled('Eva Enrolled');
    stranger = await learning.person('student', 'Stan Stranger');
    await eva.do('updateProfile', { bio: 'I learn.' }, '');
  });
  const hide = () => eva.do('updatePreferences', { showsName: false, showsBio: false }, '');
  const all = { displayName: 'Eva Enrolled', bio: 'I learn.' };
  const nothing = { displayName: null, bio: null, email: null, timeZone: null, privacy: null };

  it('is her name and words, unless she keeps them to herself', async () => {
    expect(await seenBy(stranger, eva)).toEqual([{ ...nothing, ...all }]);
    await hide();
    expect(await seenBy(stranger, eva)).toEqual([nothing]);
    expect(await seenBy(otherTeacher, eva)).toEqual([nothing]);
  });

  it('is enough to teach her for those whose course she takes, while she takes it', async () => {
    await hide();
    const [seen] = await seenBy(teacher, eva);
    expect(seen).toMatchObject({ ...all, timeZone: null, privacy: null });
    expect(seen?.email).toContain('@');
    await learning.sql(
      `UPDATE learning.enrollments SET status = 'ENDED', ended_at = now() WHERE user_id = $1`,
      [eva.id],
    );
    expect(await seenBy(teacher, eva)).toEqual([nothing]);
  });

  it('is everything for herself and admins', async () => {
    await hide();
    for (const viewer of [eva, admin]) {
      const [seen] = await seenBy(viewer, eva);
      expect(seen).toMatchObject({
        ...all,
        timeZone: 'UTC',
        privacy: { showsName: false, showsBio: false },
      });
      expect(seen?.email).toContain('@');
    }
  });

  it('is, without signing in, the names of those who teach', async () => {
    const teachingAdmin = await learning.person('admin', 'Theo Teaching');
    await writeCourse(teachingAdmin);
    // Names of those who teach are public, whatever they say of themselves.
    await teacher.do('updatePreferences', { showsName: false }, '');
    expect(await seenBy(learning.anonymous, eva, admin, teacher, teachingAdmin)).toEqual([
      null,
      null,
      { ...nothing, displayName: 'Tina Teacher' },
      { ...nothing, displayName: 'Theo Teaching' },
    ]);
  });

  it('takes one statement, however many people', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, (_, n) => enrolled(`P ${n}`)));
    for (const viewer of [learning.anonymous, stranger, teacher, admin]) {
      const one = await learning.statements(() => seenBy(viewer, eva));
      const many = await learning.statements(() => seenBy(viewer, ...people));
      expect([one.length, many]).toEqual([1, one]);
    }
  });
});

describe('what somebody tells of herself', () => {
  it('is changed in parts, shown by me, and told with its version and without personal data', async () => {
    const person = await learning.person('student', 'Before');
    const me = () =>
      person.ask(
        '{ me { displayName bio language timeZone privacy { showsName showsBio } suspendedAt } }',
      );
    expect(await me()).toEqual({
      me: {
        ...{ displayName: 'Before', bio: '', language: 'EN', timeZone: 'UTC', suspendedAt: null },
        privacy: { showsName: true, showsBio: true },
      },
    });
    const { user } = await person.do<{ user: { displayName: string } }>(
      'updateProfile',
      { displayName: ' After ', bio: '' },
      'user { displayName }',
    );
    expect(user).toEqual({ displayName: 'After' });
    const changes = { language: 'PT', timeZone: 'America/Sao_Paulo', showsBio: false };
    await person.do('updatePreferences', changes, '');
    // Nothing said is nothing changed.
    await person.do('updatePreferences', { language: null }, '');
    expect(await me()).toMatchObject({
      me: { displayName: 'After', language: 'PT', privacy: { showsName: true, showsBio: false } },
    });
    await learning.heard(
      'user.changed',
      (data) => data.userId === person.id && data.language === 'pt',
    );
    const told = learning.told.filter(
      ({ aggregateId, type }) => aggregateId === person.id && type === 'user.changed',
    );
    expect(told.map(({ aggregateVersion }) => aggregateVersion)).toEqual([2, 3]);
    expect(told[1]?.data).toEqual({
      ...{ userId: person.id, actorId: person.id, role: 'student' },
      ...{ language: 'pt', timeZone: 'America/Sao_Paulo' },
    });
  });

  it('must be fit to be shown', async () => {
    const person = await learning.person();
    for (const [mutation, input] of [
      ['updateProfile', { displayName: '' }],
      ['updateProfile', { displayName: 'a\u0000' }],
      ['updateProfile', { bio: 'x'.repeat(2_001) }],
      ['updateProfile', { bio: '\0' }],
      ['updatePreferences', { timeZone: 'Mars/Olympus' }],
    ] as const) {
      expect(await person.refusal(mutation, input)).toBe('INVALID_INPUT');
    }
    expect(await learning.anonymous.refusal('updateProfile', {})).toBe('UNAUTHENTICATED');
  });
});
