import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../test-random.js';
import { catalogueQuery } from './catalogue-repository.js';
import { cursorKey } from './catalogue-sort.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

/** Random courses. */
const { seed, next: random, below: upTo, oneOf } = seededRandom();

interface Row {
  id: string;
  title: string;
  level: string;
  language: string;
  access: 'FREE' | 'PAID';
  publishedAt: Date;
  enrolled: number;
  price: { amount: number; currency: string } | null;
  rating: number | null;
  minutes: number[];
  teacherId: string;
}

let learning: TestLearning;
let teachers: Person[];
let rows: Row[];
beforeAll(async () => {
  learning = await startTestLearning();
  teachers = [await learning.person('instructor'), await learning.person('instructor')];
  rows = Array.from({ length: 45 }, (_, index) => rowOf(index));
  await insert(rows);
});
afterAll(() => learning.close());

/** Few values, so that many are equal, and some are missing. */
function rowOf(index: number): Row {
  const access = oneOf<'FREE' | 'PAID'>('FREE', 'PAID', 'PAID');
  return {
    id: newId(),
    title:
      oneOf('Árbol', 'arbol', 'Zebra', 'ecuación', 'Banana', 'çedilha') + oneOf('', ` ${index}`),
    level: oneOf('BEGINNER', 'INTERMEDIATE', 'ADVANCED'),
    language: oneOf('en', 'es', 'pt'),
    access,
    publishedAt: new Date(Date.UTC(2026, 0, 1 + upTo(10))),
    enrolled: upTo(4),
    price:
      access === 'PAID' && random() < 0.8
        ? { amount: oneOf(0, 500, 1000, 9_999_999_999), currency: oneOf('EUR', 'JPY', 'USD') }
        : null,
    rating: random() < 0.6 ? oneOf(1, 2.5, 4.5, 5) : null,
    minutes: Array.from({ length: upTo(4) }, () => oneOf(5, 10, 20)),
    teacherId: oneOf(...teachers).id,
  };
}

/** By SQL: written through the graph, this many would take half a minute. */
async function insert(courses: readonly Row[]) {
  for (const { id, minutes, price, rating, ...row } of courses) {
    await learning.sql(
      `INSERT INTO learning.courses (id, slug, title, level, language, access, status, published_at, enrolled_count)
       VALUES ($1::uuid, ($1::uuid)::text, $2, $3, $4, $5, 'PUBLISHED', $6, $7)`,
      [id, row.title, row.level, row.language, row.access, row.publishedAt, row.enrolled],
    );
    await learning.sql(
      'INSERT INTO learning.course_instructors (course_id, user_id) VALUES ($1, $2)',
      [id, row.teacherId],
    );
    const moduleId = newId();
    await learning.sql(
      `INSERT INTO learning.course_modules (id, course_id, title, position) VALUES ($1, $2, 'M', 1)`,
      [moduleId, id],
    );
    // One more is not published, and does not count.
    await learning.sql(
      `INSERT INTO learning.lessons (id, course_id, module_id, title, kind, position, is_published, is_preview, duration_minutes)
       SELECT gen_random_uuid(), $1, $2, 'L', 'VIDEO', ordinality, ordinality < $4, false, minutes
         FROM unnest($3::int[]) WITH ORDINALITY AS t(minutes, ordinality)`,
      [id, moduleId, [...minutes, 1000], minutes.length + 1],
    );
    if (price !== null) {
      await learning.sql('INSERT INTO learning.projection_course_prices VALUES ($1, $2, $3, 1)', [
        id,
        price.amount,
        price.currency,
      ]);
    }
    if (rating !== null) {
      await learning.sql('INSERT INTO learning.projection_course_ratings VALUES ($1, $2, 1, 1)', [
        id,
        rating,
      ]);
    }
  }
}

const noFilter = {
  ...{ text: null, categoryId: null, level: null, language: null, access: null, price: null },
  ...{ minimumRating: null, durationMinutes: null, instructorId: null },
};

type Value = number | string | null;
const durationOf = ({ minutes }: Row) => minutes.reduce((sum, one) => sum + one, 0);
const plain = (title: string) =>
  title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '');
const values: Record<string, (row: Row) => Value> = {
  NEWEST: ({ publishedAt }) => publishedAt.getTime(),
  PRICE: ({ access, price }) => {
    if (access === 'FREE' || price?.amount === 0) return '';
    return price && `${price.currency} ${String(price.amount).padStart(15)}`;
  },
  RATING: ({ rating }) => rating,
  DURATION: durationOf,
  TITLE: ({ title }) => plain(title),
  POPULARITY: ({ enrolled }) => enrolled,
};

const compare = (left: Value, right: Value) =>
  left === right ? 0 : (left ?? 0) < (right ?? 0) ? -1 : 1;
/** What the order must be: equal ones by id, missing ones last whichever the way. */
function inOrder(by: string, direction: 'ASC' | 'DESC'): string[] {
  const valueOf = values[by] as (row: Row) => Value;
  const way = direction === 'ASC' ? 1 : -1;
  return [...rows]
    .sort((left, right) => {
      const [one, other] = [valueOf(left), valueOf(right)];
      if ((one === null) !== (other === null)) return one === null ? 1 : -1;
      return way * (compare(one, other) || compare(left.id, right.id));
    })
    .map(({ id }) => id);
}

interface Page {
  courses: {
    nodes: { id: string; durationMinutes: number }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
    totalCount: number;
  };
}
const document = `query ($first: Int, $after: String, $filter: CourseFilter, $sort: CourseSort) {
  courses(first: $first, after: $after, filter: $filter, sort: $sort) {
    nodes { id durationMinutes } pageInfo { hasNextPage endCursor } totalCount } }`;
const page = (variables: object) =>
  learning.anonymous.ask<Page>(document, { first: 100, ...variables });

async function idsBy(sort: object, first: number): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const { courses }: Page = await page({ sort, first, after });
    ids.push(...courses.nodes.map(({ id }) => id));
    after = courses.pageInfo.hasNextPage ? courses.pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
}

describe(`the catalogue (seed ${seed})`, () => {
  const ways = (['ASC', 'DESC'] as const).flatMap((direction) =>
    Object.keys(values).map((by) => [by, direction] as const),
  );
  it.each(ways)(
    'by %s, %s: each course once, page by page, missing values last',
    async (by, direction) => {
      expect(await idsBy({ by, direction }, 7)).toEqual(inOrder(by, direction));
    },
  );

  it('goes the way that people expect when they name none', async () => {
    expect(await idsBy({ by: 'PRICE' }, 100)).toEqual(inOrder('PRICE', 'ASC'));
    expect(await idsBy({ by: 'RATING' }, 100)).toEqual(inOrder('RATING', 'DESC'));
    expect(await idsBy({ by: 'RELEVANCE' }, 100)).toEqual(inOrder('NEWEST', 'DESC'));
  });

  it('never puts 100 JPY between euros: by currency, then by amount, what costs nothing first', async () => {
    const euros = rows.filter(
      ({ access, price: of }) => access === 'PAID' && of?.currency === 'EUR',
    );
    const ids = await idsBy({ by: 'PRICE' }, 100);
    const free = rows.filter(({ access }) => access === 'FREE').map(({ id }) => ids.indexOf(id));
    const paid = euros.filter(({ price: of }) => of?.amount !== 0).map(({ id }) => ids.indexOf(id));
    expect(Math.max(...free)).toBeLessThan(Math.min(...paid));
    expect(Math.max(...paid) - Math.min(...paid)).toBe(paid.length - 1);
  });

  it.each([
    [true, 'course_listings_price_up_key_idx'],
    [false, 'course_listings_price_down_key_idx'],
  ])('enters a page by price through its index, ascending %s', async (ascending, index) => {
    const sort = { by: 'PRICE' as const, ascending };
    const after = cursorKey(sort, 'EUR0000000000000000500', newId());
    const { text, values } = catalogueQuery(
      noFilter,
      sort,
      { first: 7, limit: 8, after },
      new Date(),
    );
    await learning.sql('BEGIN');
    // So few rows are sorted faster than looked up: the index must be what is left.
    await learning.sql('SET LOCAL enable_sort = off');
    await learning.sql('SET LOCAL enable_seqscan = off');
    const rows = await learning
      .sql<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values)
      .finally(() => learning.sql('ROLLBACK'));
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(index);
    expect(plan).toMatch(/Index Cond: \(ROW\(/);
    expect(plan).not.toContain('Sort');
  });

  it('refuses the cursor of another sort', async () => {
    const { courses } = await page({ sort: { by: 'PRICE' }, first: 1 });
    const after = courses.pageInfo.endCursor;
    const variables = { sort: { by: 'DURATION' }, after };
    expect(await learning.anonymous.errors(document, variables)).toEqual(['BAD_USER_INPUT']);
  });

  it('narrows by each filter, and by several at once', async () => {
    const teacher = () => teachers[0] as Person;
    const cases: [object, (row: Row) => boolean][] = [
      [{ level: 'ADVANCED' }, ({ level }) => level === 'ADVANCED'],
      [{ language: 'PT' }, ({ language }) => language === 'pt'],
      [{ access: 'FREE' }, ({ access }) => access === 'FREE'],
      [{ minimumRating: 2.5 }, ({ rating }) => rating !== null && rating >= 2.5],
      [
        { durationMinutes: { from: 10, to: 30 } },
        (row) => durationOf(row) >= 10 && durationOf(row) <= 30,
      ],
      [{ durationMinutes: { to: 10 } }, (row) => durationOf(row) <= 10],
      [{ instructorId: teacher().id }, ({ teacherId }) => teacherId === teacher().id],
      [
        { price: { currency: 'EUR', from: '500', to: '1000' } },
        ({ access, price }) =>
          access === 'PAID' &&
          price?.currency === 'EUR' &&
          price.amount >= 500 &&
          price.amount <= 1000,
      ],
      [
        { price: { currency: 'USD', to: '500' } },
        ({ access, price }) =>
          access === 'FREE' || (price?.currency === 'USD' && price.amount <= 500),
      ],
      [
        { level: 'BEGINNER', access: 'PAID', minimumRating: 1, durationMinutes: { from: 5 } },
        (row) =>
          row.level === 'BEGINNER' &&
          row.access === 'PAID' &&
          row.rating !== null &&
          durationOf(row) >= 5,
      ],
    ];
    for (const [filter, fits] of cases) {
      const { courses } = await page({ filter });
      const expected = rows.filter(fits).map(({ id }) => id);
      expect([filter, courses.nodes.map(({ id }) => id).sort()]).toEqual([filter, expected.sort()]);
      expect(courses.totalCount).toBe(expected.length);
    }
  });

  it('finds nothing by what cannot be', async () => {
    for (const filter of [{ categoryId: 'x' }, { instructorId: 'x' }, { categoryId: newId() }]) {
      expect((await page({ filter })).courses).toMatchObject({ nodes: [], totalCount: 0 });
    }
    const tooGreat = { price: { currency: 'EUR', to: '9'.repeat(40) } };
    expect(await learning.anonymous.errors(document, { filter: tooGreat })).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  it('knows how long each course takes', async () => {
    const { courses } = await page({});
    const expected = new Map(rows.map((row) => [row.id, durationOf(row)]));
    for (const { id, durationMinutes } of courses.nodes)
      expect(durationMinutes).toBe(expected.get(id));
  });

  it('follows price, rating, title and access as they change', async () => {
    const [row] = rows.filter(({ access, price }) => access === 'PAID' && price !== null);
    if (row === undefined) return;
    const listing = async () => {
      const [found] = await learning.sql(
        `SELECT price_minor::float8 AS price, rating, title_key FROM learning.course_listings WHERE course_id = $1`,
        [row.id],
      );
      return found;
    };
    const price = { courseId: row.id, amountMinor: '777', currency: 'EUR' };
    await learning.tell('price.changed', row.id, price, 5);
    const rating = { courseId: row.id, userId: newId(), stars: 3, average: 3, count: 2 };
    await learning.tell('course.rated', row.id, rating, 5);
    await learning.sql(`UPDATE learning.courses SET title = 'Ñandú' WHERE id = $1`, [row.id]);
    expect(await listing()).toEqual({ price: 777, rating: 3, title_key: 'nandu' });
    await learning.tell('course.rated', row.id, { ...rating, average: 0, count: 0 }, 6);
    await learning.sql(`UPDATE learning.courses SET access = 'FREE' WHERE id = $1`, [row.id]);
    expect(await listing()).toEqual({ price: 0, rating: null, title_key: 'nandu' });
  });
});
