import { createEvent, type AnyEvent } from '@pcc/events';
import { newId } from '@pcc/platform';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  courseEvent,
  eventOf,
  startTestInsights,
  startTestStores,
  type TestInsights,
  type TestStores,
} from '../../testing/insights.js';

const now = new Date();
let stores: TestStores;
let insights: TestInsights;

beforeAll(async () => {
  stores = await startTestStores();
  insights = await startTestInsights(now, stores);
});
afterAll(async () => {
  await insights?.close();
  await stores?.close();
});

async function rowsOf<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: stores.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const buriedIds = async () => {
  const rows = await rowsOf<{ event_id: string }>('SELECT event_id FROM insights.dead_letters');
  return rows.map(({ event_id }) => event_id);
};

const enrollmentIn = (courseId: string) =>
  eventOf('enrollment.created', { enrollmentId: newId(), userId: newId(), courseId }, now);

const enrollmentsOf = async (courseId: string) => {
  const { data, errors } = await insights.client.anonymous.query<{
    _entities: [{ analytics: { enrollments: number } }];
  } | null>(
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Course { analytics { enrollments } } } }',
    { of: [{ __typename: 'Course', id: courseId }] },
  );
  return errors?.[0]?.extensions?.['code'] ?? data?._entities[0].analytics.enrollments;
};

it('keeps the newest snapshot of a course, whatever came last', async () => {
  const courseId = newId();
  const [first, second] = [newId(), newId()];
  const event = (version: number, instructorIds: string[]) =>
    courseEvent(courseId, instructorIds, now, version);
  const taughtBy = async () => {
    const rows = await rowsOf<{ user_id: string }>(
      `SELECT user_id FROM insights.projection_course_instructors WHERE course_id = '${courseId}'`,
    );
    return rows.map(({ user_id }) => user_id).sort();
  };
  await insights.publish(event(2, [first, first]));
  await insights.publish(event(1, [second]));
  expect(await taughtBy()).toEqual([first]);
  await insights.publish(event(4, [second, first]));
  const late = event(3, []);
  await insights.publish(late, late);
  expect(await taughtBy()).toEqual([first, second].sort());
  await insights.publish(event(5, []));
  expect(await taughtBy()).toEqual([]);
});

it('buries an event that can never be stored, and keeps those that came with it', async () => {
  const courseId = newId();
  const bad: AnyEvent = createEvent(
    'enrollment.created',
    { aggregateId: 'x', data: { enrollmentId: 'x', userId: newId(), courseId } },
    now,
  );
  await insights.publish(enrollmentIn(courseId), bad, enrollmentIn(courseId));
  expect(await enrollmentsOf(courseId)).toBe(2);
  expect(await buriedIds()).toEqual([bad.eventId]);
});

it('takes a burst in large batches', async () => {
  const courseId = newId();
  await insights.publish(...Array.from({ length: 3_000 }, () => enrollmentIn(courseId)));
  expect(await enrollmentsOf(courseId)).toBe(3_000);
});

it('answers one statement for the analytics of any number of courses', async () => {
  const courseIds = Array.from({ length: 30 }, () => newId());
  await insights.publish(...courseIds.map(enrollmentIn));
  const client = insights.clickhouse.client;
  const of = courseIds.map((id) => ({ __typename: 'Course', id }));
  const count = async () => {
    const result = await client.query({
      query: `SELECT value FROM system.events WHERE event = 'SelectQuery'`,
      format: 'JSONEachRow',
    });
    return Number((await result.json<{ value: string }>())[0]?.value);
  };
  const before = await count();
  const { data } = await insights.client.anonymous.query<{ _entities: unknown[] }>(
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Course { analytics { enrollments } } } }',
    { of },
  );
  expect(data._entities).toEqual(courseIds.map(() => ({ analytics: { enrollments: 1 } })));
  // Its own count is one of the two.
  expect((await count()) - before).toBe(2);
});

it('loses nothing while ClickHouse is down, and says so', async () => {
  const courseId = newId();
  await insights.publish(enrollmentIn(courseId));
  await insights.engine.close();
  const buriedBefore = await buriedIds();

  const late = enrollmentIn(courseId);
  // The relay keeps what was not acknowledged, and brings it again.
  await expect(insights.publish(late)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await buriedIds()).toEqual(buriedBefore);
  expect(await enrollmentsOf(courseId)).toBe('STORE_UNAVAILABLE');
  const ready = await fetch(new URL('/ready', insights.url));
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    ready: false,
    checks: { postgres: { ok: true }, clickhouse: { ok: false } },
  });

  await insights.close();
  insights = await startTestInsights(now, stores);
  await insights.publish(late);
  expect(await enrollmentsOf(courseId)).toBe(2);
  expect((await fetch(new URL('/ready', insights.url))).status).toBe(200);
});
