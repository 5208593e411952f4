import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let admin: Person;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  admin = await learning.person('admin');
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

interface Written {
  id: string;
  slug: string;
}
const names = (en: string) => ({ en, es: `${en} es`, pt: `${en} pt` });
async function write(en: string, parentId: string | null = null): Promise<Written> {
  const input = { names: names(en), slug: `c-${newId()}`, parentId };
  const { category, userErrors } = await admin.do<{ category: Written | null }>(
    'createCategory',
    input,
    'category { id slug }',
  );
  if (category === null) throw new Error(JSON.stringify(userErrors));
  return category;
}
const move = (categoryId: string, parentId: string | null, position?: number) =>
  admin.do('moveCategory', { categoryId, parentId, position }, '');
/** Ids of those below, in order; their positions must be without gaps. */
async function below(parentId: string): Promise<string[]> {
  const rows = await learning.sql<{ id: string; position: number }>(
    'SELECT id, position FROM learning.course_categories WHERE parent_id = $1 ORDER BY position',
    [parentId],
  );
  expect(rows.map(({ position }) => position)).toEqual(rows.map((_row, index) => index + 1));
  return rows.map(({ id }) => id);
}
const put = (courseId: string, categoryId: string | null) =>
  teacher.refusal('setCourseCategory', { courseId, categoryId });

describe('the tree', () => {
  it('is shown from the top, in every language', async () => {
    const top = await write('Science');
    const maths = await write('Maths', top.id);
    await write('Algebra', maths.id);
    const { categories } = await learning.anonymous.ask<{ categories: { id: string }[] }>(
      `{ categories { id name names { en es pt } spanish: name(language: ES)
          children { name position parent { name } children { name children { name } } } } }`,
    );
    expect(categories.find(({ id }) => id === top.id)).toEqual({
      id: top.id,
      name: 'Science',
      names: names('Science'),
      spanish: 'Science es',
      children: [
        {
          name: 'Maths',
          position: 1,
          parent: { name: 'Science' },
          children: [{ name: 'Algebra', children: [] }],
        },
      ],
    });
    await learning.heard('category.changed', ({ categoryId }) => categoryId === top.id);
  });

  it('keeps its order without gaps through moves and deletions', async () => {
    const [one, other] = [await write('One'), await write('Other')];
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push((await write(name, one.id)).id);
    const [a = '', b = '', c = '', d = ''] = ids;
    await move(d, one.id, 1);
    expect(await below(one.id)).toEqual([d, a, b, c]);
    await admin.do('moveCategory', { categoryId: a, position: 99 }, '');
    expect(await below(one.id)).toEqual([d, b, c, a]);
    await move(b, other.id);
    await move(c, other.id, 1);
    expect([await below(one.id), await below(other.id)]).toEqual([
      [d, a],
      [c, b],
    ]);
    await admin.do('deleteCategory', { categoryId: d }, '');
    expect(await below(one.id)).toEqual([a]);
    await move(a, null);
    expect(await below(one.id)).toEqual([]);
  });

  it('has no cycle, and the refusal names the way', async () => {
    const top = await write('Top');
    const middle = await write('Middle', top.id);
    const bottom = await write('Bottom', middle.id);
    const { userErrors } = await move(top.id, bottom.id);
    expect(userErrors).toEqual([
      {
        code: 'CATEGORY_CYCLE',
        message: 'This makes a cycle: "Top" → "Middle" → "Bottom" → "Top".',
        field: ['input', 'parentId'],
      },
    ]);
    expect((await move(top.id, top.id)).userErrors[0]?.code).toBe('CATEGORY_CYCLE');
  });

  it('keeps what is not empty', async () => {
    const top = await write('Full');
    const child = await write('Child', top.id);
    const remove = (categoryId: string) => admin.refusal('deleteCategory', { categoryId });
    expect(await remove(top.id)).toBe('CATEGORY_NOT_EMPTY');
    const { id } = await writeCourse(teacher);
    expect(await put(id, child.id)).toBeUndefined();
    expect(await remove(child.id)).toBe('CATEGORY_NOT_EMPTY');
    expect(await put(id, null)).toBeUndefined();
    expect(await remove(child.id)).toBeUndefined();
    expect(await remove(child.id)).toBe('NOT_FOUND');
    expect(await put(id, child.id)).toBe('NOT_FOUND');
  });

  it('refuses what makes no sense', async () => {
    const { id, slug } = await write('Named');
    const refusal = (mutation: string, input: object) =>
      admin.refusal(mutation, input as Record<string, unknown>);
    expect(await refusal('createCategory', { names: names('x'), slug })).toBe('SLUG_TAKEN');
    expect(await refusal('createCategory', { names: names(' ') })).toBe('INVALID_INPUT');
    expect(await refusal('createCategory', { names: names('x'), parentId: 'x' })).toBe('NOT_FOUND');
    expect(await refusal('updateCategory', { categoryId: newId() })).toBe('NOT_FOUND');
    expect(await refusal('updateCategory', { categoryId: id, slug: 'No Slug' })).toBe(
      'INVALID_INPUT',
    );
    expect(await refusal('moveCategory', { categoryId: id, position: 0 })).toBe('INVALID_INPUT');
    const renamed = await admin.do(
      'updateCategory',
      { categoryId: id, names: names('New') },
      'category { name slug }',
    );
    expect(renamed).toMatchObject({ category: { name: 'New', slug } });
  });
});

describe('the courses of a category', () => {
  it('are those below it too, in lists and by the filter; and a course knows the way to it', async () => {
    const top = await write('Arts');
    const leaf = await write('Music', (await write('Sound', top.id)).id);
    const [high, low] = [await writeCourse(teacher), await writeCourse(teacher)];
    const draft = await writeCourse(teacher, { publish: false });
    await put(high.id, top.id);
    await put(low.id, leaf.id);
    await put(draft.id, leaf.id);
    const document = `query ($slug: String!, $filter: CourseFilter, $after: String) {
      category(slug: $slug) { courses(first: 1, after: $after) { nodes { id } totalCount pageInfo { endCursor } } }
      courses(filter: $filter) { nodes { id } } }`;
    interface Answer {
      category: {
        courses: { nodes: { id: string }[]; totalCount: number; pageInfo: { endCursor: string } };
      };
      courses: { nodes: { id: string }[] };
    }
    const ask = (category: Written, after: string | null = null) =>
      learning.anonymous.ask<Answer>(document, {
        ...{ slug: category.slug, filter: { categoryId: category.id }, after },
      });
    const first = await ask(top);
    expect(first.category.courses).toMatchObject({ nodes: [{ id: low.id }], totalCount: 2 });
    const second = await ask(top, first.category.courses.pageInfo.endCursor);
    expect(second.category.courses.nodes).toEqual([{ id: high.id }]);
    expect(first.courses.nodes.map(({ id }) => id)).toEqual([low.id, high.id]);
    expect((await ask(leaf)).category.courses).toMatchObject({ totalCount: 1 });
    const way =
      'query ($slug: String!) { course(slug: $slug) { category { name } categories { name } } }';
    expect(await learning.anonymous.ask(way, { slug: low.slug })).toEqual({
      course: {
        category: { name: 'Music' },
        categories: [{ name: 'Arts' }, { name: 'Sound' }, { name: 'Music' }],
      },
    });
    await learning.heard('course.changed', ({ courseId }) => courseId === low.id);
  });

  it('take as many statements for 100 categories as for 10', async () => {
    const parent = await write('Many');
    await learning.sql(
      `WITH category AS (
         INSERT INTO learning.course_categories (id, parent_id, slug, name_en, name_es, name_pt, position)
         SELECT gen_random_uuid(), $1, 'm-' || n, 'M', 'M', 'M', n FROM generate_series(1, 100) AS n RETURNING id, position),
       course AS (
         INSERT INTO learning.courses (id, slug, title, level, language, access, status, published_at)
         SELECT gen_random_uuid(), 'm-' || n, 'M', 'BEGINNER', 'en', 'FREE', 'PUBLISHED', now()
           FROM generate_series(1, 100) AS n RETURNING id, slug)
       INSERT INTO learning.course_category_members
       SELECT course.id, category.id FROM course JOIN category ON course.slug = 'm-' || category.position`,
      [parent.id],
    );
    const document = `query ($slug: String!) { category(slug: $slug) { children {
      name parent { name } children { name }
      courses(first: 5) { totalCount nodes { title durationMinutes category { name } categories { name } prerequisites { id } } } } } }`;
    const count = async () => {
      let answer = 0;
      const statements = await learning.statements(async () => {
        const { category } = await learning.anonymous.ask<{
          category: { children: { courses: { nodes: unknown[] } }[] };
        }>(document, { slug: parent.slug });
        answer = category.children.filter(({ courses }) => courses.nodes.length === 1).length;
      });
      return [answer, statements.length];
    };
    // The category, its children; their parents, children, courses and counts; the courses' minutes, ways, prerequisites.
    expect(await count()).toEqual([100, 9]);
    await learning.sql('DELETE FROM learning.course_category_members');
    await learning.sql(
      'DELETE FROM learning.course_categories WHERE parent_id = $1 AND position > 10',
      [parent.id],
    );
    await learning.sql(
      `INSERT INTO learning.course_category_members
       SELECT c.id, k.id FROM learning.courses c JOIN learning.course_categories k ON k.slug = c.slug`,
    );
    expect(await count()).toEqual([10, 9]);
  });
});
