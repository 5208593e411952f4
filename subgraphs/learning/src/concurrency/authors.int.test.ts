import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { count, rounds, roundsTimeout, times } from '../test-concurrency.js';
import { writeCourse, writeLesson } from '../test-courses.js';
import { seededRandom } from '../test-random.js';
import { startTestLearning, type Person, type TestLearning } from '../test-support.js';

/** Authors who do the same at the same moment, on a PostgreSQL with real sessions. */
let learning: TestLearning;
let teacher: Person;
let admin: Person;
beforeAll(async () => {
  learning = await startTestLearning(startTestPostgresServer);
  teacher = await learning.person('instructor');
  admin = await learning.person('admin');
});
afterAll(() => learning.close());

vi.setConfig({ testTimeout: roundsTimeout });
const { seed, below: randomInt, shuffled } = seededRandom();
const sorted = (codes: readonly (string | undefined)[]) => codes.map((code) => code ?? 'ok').sort();
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it(`arrange lessons and modules 50 at once: no gap, nobody lost (seed ${seed})`, async () => {
  const course = await writeCourse(teacher, { lessons: 8, publish: false });
  const { module } = await teacher.do<{ module: { id: string } }>(
    'createModule',
    { courseId: course.id, title: 'Second' },
    'module { id }',
  );
  const moduleIds = [course.moduleId, module.id];
  const others = await times(4, (index) => writeLesson(teacher, module.id, { title: `O${index}` }));
  const lessonIds = [...course.lessonIds, ...others];
  const codes = await times(50, async (index) => {
    const moduleId = moduleIds[randomInt(2)];
    const lessonId = lessonIds[randomInt(lessonIds.length)];
    switch (index % 5) {
      case 0:
        return teacher.refusal('reorderModules', {
          ...{ courseId: course.id, moduleIds: shuffled(moduleIds) },
        });
      case 1:
        return teacher.refusal('moveModule', { moduleId, position: 1 + randomInt(3) });
      case 2:
        return teacher.refusal('moveLesson', { lessonId, moduleId, position: 1 + randomInt(12) });
      case 3:
        return teacher.refusal('moveLesson', { lessonId, position: 1 + randomInt(12) });
      default:
        // Fits only while the lessons lie as they did at first.
        return teacher.refusal('reorderLessons', {
          ...{ moduleId: course.moduleId, lessonIds: shuffled(course.lessonIds) },
        });
    }
  });
  expect(codes.filter((code) => code !== undefined && code !== 'ORDER_MISMATCH')).toEqual([]);
  const rows = await learning.sql<{ id: string; module: string; position: number }>(
    `SELECT id, module_id AS module, position FROM learning.lessons WHERE course_id = $1 ORDER BY 2, 3`,
    [course.id],
  );
  expect(rows.map(({ id }) => id).sort()).toEqual([...lessonIds].sort());
  for (const id of moduleIds) {
    const positions = rows.filter((row) => row.module === id).map(({ position }) => position);
    expect(positions).toEqual(upTo(positions.length));
  }
  const modules = await learning.sql<{ position: number }>(
    'SELECT position FROM learning.course_modules WHERE course_id = $1 ORDER BY 1',
    [course.id],
  );
  expect(modules.map(({ position }) => position)).toEqual([1, 2]);
});

it('reorder the same lessons 50 at once: each is done whole, one after the other', async () => {
  const course = await writeCourse(teacher, { lessons: 6, publish: false });
  const { moduleId } = course;
  const orders = Array.from({ length: 50 }, () => shuffled(course.lessonIds));
  const codes = await times(50, (index) =>
    teacher.refusal('reorderLessons', { moduleId, lessonIds: orders[index] }),
  );
  expect(codes.filter((code) => code !== undefined)).toEqual([]);
  const rows = await learning.sql<{ id: string; position: number }>(
    'SELECT id, position FROM learning.lessons WHERE module_id = $1 ORDER BY position',
    [moduleId],
  );
  expect(rows.map(({ position }) => position)).toEqual(upTo(6));
  expect(orders).toContainEqual(rows.map(({ id }) => id));
});

it('set prerequisites between courses that would make a cycle of three: it stays open', () =>
  rounds(async () => {
    const ids = (await times(3, () => writeCourse(teacher))).map(({ id }) => id);
    const codes = await times(3, (index) =>
      teacher.refusal('setCoursePrerequisites', {
        courseId: ids[index],
        prerequisiteIds: [ids[(index + 1) % 3]],
      }),
    );
    expect(sorted(codes)).toEqual(['COURSE_PREREQUISITE_CYCLE', 'ok', 'ok']);
  }));

const category = async (parentId: string | null = null) => {
  const names = { en: newId(), es: 'x', pt: 'x' };
  const { category: made } = await admin.do<{ category: { id: string } }>(
    'createCategory',
    { names, parentId },
    'category { id }',
  );
  return made.id;
};

it('move two categories below each other: one is refused', () =>
  rounds(async () => {
    const [one, other] = [await category(), await category()];
    const move = (categoryId: string, parentId: string) =>
      admin.refusal('moveCategory', { categoryId, parentId });
    const codes = await Promise.all([move(one, other), move(other, one)]);
    expect(sorted(codes)).toEqual(['CATEGORY_CYCLE', 'ok']);
  }));

it('add and move categories at once: positions without gaps', async () => {
  const parent = await category();
  const ids = await times(10, () => category(parent));
  await Promise.all([
    times(10, () => category(parent)),
    times(20, (index) =>
      admin.refusal('moveCategory', {
        ...{ categoryId: ids[index % 10], parentId: parent, position: 1 + randomInt(20) },
      }),
    ),
  ]);
  const rows = await learning.sql<{ position: number }>(
    'SELECT position FROM learning.course_categories WHERE parent_id = $1 ORDER BY 1',
    [parent],
  );
  expect(rows.map(({ position }) => position)).toEqual(upTo(20));
});

it('put a course into a category that is being deleted: it is in one that is there, or in none', () =>
  rounds(async () => {
    const [categoryId, { id: courseId }] = [await category(), await writeCourse(teacher)];
    const codes = await Promise.all([
      admin.refusal('deleteCategory', { categoryId }),
      teacher.refusal('setCourseCategory', { courseId, categoryId }),
    ]);
    expect([
      [undefined, 'NOT_FOUND'],
      ['CATEGORY_NOT_EMPTY', undefined],
    ]).toContainEqual(codes);
  }));

it('send a duplication many times at once: there is one copy', () =>
  rounds(async () => {
    const { id: courseId } = await writeCourse(teacher, { lessons: 2 });
    const clientRequestId = newId();
    const copies = await times(5, () =>
      teacher.do<{ course: { id: string } | null }>(
        'duplicateCourse',
        { courseId, clientRequestId },
        'course { id }',
      ),
    );
    expect(new Set(copies.map(({ course }) => course?.id)).size).toBe(1);
    const [made] = await learning.sql(
      `SELECT count(*)::int AS copies, (SELECT count(*)::int FROM learning.lessons l
                                         WHERE l.course_id = min(d.copy_id::text)::uuid) AS lessons
         FROM learning.course_duplications d WHERE source_id = $1`,
      [courseId],
    );
    expect(made).toEqual({ copies: 1, lessons: 2 });
  }));

it('send an announcement many times at once: it is made and told once', async () => {
  const { id: courseId } = await writeCourse(teacher);
  const input = { courseId, title: 'News', body: 'Soon.', clientRequestId: newId() };
  const made = await times(6, () =>
    teacher.do<{ announcement: { id: string } | null }>(
      'createAnnouncement',
      input,
      'announcement { id }',
    ),
  );
  expect(new Set(made.map(({ announcement }) => announcement?.id)).size).toBe(1);
  const told = await learning.sql(
    `SELECT 1 FROM learning.outbox WHERE type = 'announcement.created' AND data->>'courseId' = $1`,
    [courseId],
  );
  expect(told).toHaveLength(1);
});

it('remove each other from a course: one stays', () =>
  rounds(async () => {
    const { id: courseId } = await writeCourse(teacher);
    const other = await learning.person('instructor');
    await teacher.do('addInstructor', { courseId, userId: other.id }, '');
    const remove = (by: Person, userId: string) =>
      by.refusal('removeInstructor', { courseId, userId });
    const codes = await Promise.all([remove(teacher, other.id), remove(other, teacher.id)]);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    const left = await learning.sql(
      'SELECT 1 FROM learning.course_instructors WHERE course_id = $1',
      [courseId],
    );
    expect(left).toHaveLength(1);
  }));

it('update a course of one version at once: one is done, the others hear of it', async () => {
  const { course } = await teacher.do<{ course: { id: string; version: number } }>(
    'createCourse',
    { title: `Contested ${newId()}` },
    'course { id version }',
  );
  const codes = await times(6, (index) =>
    teacher.refusal('updateCourse', {
      ...{ courseId: course.id, expectedVersion: course.version, summary: `S${index}` },
    }),
  );
  expect(sorted(codes)).toEqual([...Array<string>(5).fill('CONFLICT'), 'ok']);
});

it('keep what the catalogue sorts by right, whatever changes at once', () =>
  rounds(async () => {
    const course = await writeCourse(teacher, { publish: false });
    const { id: courseId } = course;
    const access = (to: string) => teacher.refusal('updateCourse', { courseId, access: to });
    const price = (version: number) =>
      learning.tell(
        'price.changed',
        courseId,
        { courseId, amountMinor: `${version * 100}`, currency: 'EUR' },
        version,
      );
    const rating = (version: number) =>
      learning.tell(
        'course.rated',
        courseId,
        { courseId, userId: newId(), stars: 4, average: 4, count: version },
        version,
      );
    const minutes = { title: 'L', durationMinutes: 10 };
    await Promise.all([
      ...[1, 2, 3].flatMap((version) => [price(version), rating(version)]),
      ...['PAID', 'FREE', 'PAID', 'FREE'].map(access),
      ...[1, 2, 3].map(() => writeLesson(teacher, course.moduleId, minutes)),
      teacher.refusal('updateCourse', { courseId, title: 'Título' }),
    ]);
    await access('PAID');
    const [listing] = await learning.sql(
      `SELECT price_minor::int AS price, price_currency AS currency, rating, duration_minutes AS minutes, title_key AS title
         FROM learning.course_listings WHERE course_id = $1`,
      [courseId],
    );
    expect(listing).toEqual({
      ...{ price: 300, currency: 'EUR', rating: 4, minutes: 30, title: 'titulo' },
    });
  }));

it('let no event fail for good', async () => {
  expect(await learning.sql('SELECT * FROM learning.dead_letters')).toEqual([]);
});

it('add lessons and modules at once: positions without gaps', async () => {
  const course = await writeCourse(teacher, { lessons: 0, publish: false });
  await Promise.all([
    times(12, (index) => writeLesson(teacher, course.moduleId, { title: `Lesson ${index}` })),
    times(6, (index) =>
      teacher.do('createModule', { courseId: course.id, title: `Module ${index}` }, ''),
    ),
  ]);
  const positions = (table: string, column: string, id: string) =>
    learning
      .sql<{ position: number }>(
        `SELECT position FROM learning.${table} WHERE ${column} = $1 ORDER BY position`,
        [id],
      )
      .then((rows) => rows.map(({ position }) => position));
  expect(await positions('lessons', 'module_id', course.moduleId)).toEqual(upTo(12));
  expect(await positions('course_modules', 'course_id', course.id)).toEqual(upTo(7));
});

it('set two prerequisites that would make a cycle: one is refused', () =>
  rounds(async () => {
    const [first, second] = (await writeCourse(teacher, { lessons: 2 })).lessonIds;
    const set = (lessonId: string | undefined, prerequisiteId: string | undefined) =>
      teacher.refusal('setLessonPrerequisites', { lessonId, prerequisiteIds: [prerequisiteId] });
    const codes = await Promise.all([set(first, second), set(second, first)]);
    expect(codes.filter((code) => code === 'LESSON_PREREQUISITE_CYCLE')).toHaveLength(1);
  }));

it('change a course at once: every version is told once', async () => {
  const course = await writeCourse(teacher, { publish: false });
  await times(8, (index) =>
    teacher.do('updateCourse', { courseId: course.id, title: `Title ${index}` }, ''),
  );
  const told = await learning.sql<{ version: number; title: string }>(
    `SELECT aggregate_version AS version, data->>'title' AS title FROM learning.outbox
      WHERE aggregate_id = $1 ORDER BY 1`,
    [course.id],
  );
  expect(told.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const [row] = await learning.sql('SELECT title FROM learning.courses WHERE id = $1', [course.id]);
  expect(row).toEqual({ title: told.at(-1)?.title });
});

it('give their courses the same title at once: each has a slug of its own', async () => {
  const title = `Twin ${newId()}`;
  const courses = await times(6, () =>
    teacher.do<{ course: { slug: string } | null }>('createCourse', { title }, 'course { slug }'),
  );
  expect(courses.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect(new Set(courses.map(({ course }) => course?.slug)).size).toBe(6);
});

it('ask for the same slug at once: one gets it', async () => {
  const slug = `wanted-${newId()}`;
  const codes = await times(6, (index) =>
    teacher.refusal('createCourse', { title: `Course ${index}`, slug }),
  );
  expect([count(codes, undefined), count(codes, 'SLUG_TAKEN')]).toEqual([1, 5]);
});
