import { seed, waitFor, type GraphClient, type SeededCourse } from '@pcc/testkit';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { newStudent, signedInAs, visitor } from './graph.js';

// The router's entity cache over the real subgraphs and their events.

let instructor: GraphClient;
let student: GraphClient;
let course: SeededCourse;
beforeAll(async () => {
  // Of its own: other files look at what the demo's student has.
  [instructor, { client: student }] = await Promise.all([signedInAs('instructor'), newStudent()]);
  course = await seed(instructor).course().withLessons(2).priced(4900).published().create();
});

interface Seen {
  readonly title: string;
  readonly price: { readonly amountMinor: string } | null;
  readonly rating: { readonly count: number };
  readonly viewerRating: { readonly stars: number } | null;
  readonly viewerEnrollment: { readonly status: string } | null;
}

const look = async (client: GraphClient): Promise<Seen> => {
  const { course: seen } = await client.run<{ course: Seen }>(
    `query ($slug: String!) { course(slug: $slug) {
       title price { amountMinor } rating { count } viewerRating { stars } viewerEnrollment { status }
     } }`,
    { slug: course.slug },
  );
  return seen;
};

/** Entities that the router has found in its cache so far. */
const hits = async (): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', inject('platform').url))).text();
  return Number(/^router_entity_cache_total\{result="hit"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

/** Looks until the cache has served it. */
const warm = (client: GraphClient) =>
  waitFor(async () => {
    const before = await hits();
    await look(client);
    return (await hits()) > before;
  });

describe('the entity cache', () => {
  it('shows a new price to everyone long before the old one would be forgotten', async () => {
    await warm(student);
    expect((await look(student)).price?.amountMinor).toBe('4900');
    await instructor.run(
      `mutation ($input: SetCoursePriceInput!) {
         setCoursePrice(input: $input) { userErrors { code } }
       }`,
      { input: { courseId: course.id, amountMinor: '2900', currency: 'EUR' } },
    );
    // Less than the five seconds after which it would be forgotten anyway.
    const isNew = async () => (await look(student)).price?.amountMinor === '2900';
    await waitFor(isNew, { timeoutMs: 2_000 });
    // Anonymous answers are kept whole, for as long as their policy says; a query of another shape is not.
    const seen = await visitor().run<{ course: Seen }>(
      'query ($slug: String!) { course(slug: $slug) { price { amountMinor } } }',
      { slug: course.slug },
    );
    expect(seen.course.price?.amountMinor).toBe('2900');
  });

  it('shows a learner her own rating at once, and nobody else', async () => {
    const free = await seed(instructor).course().withLessons(1).published().create();
    course = free;
    await warm(student);
    await warm(instructor);
    await student.run(
      'mutation ($input: EnrollInCourseInput!) { enrollInCourse(input: $input) { userErrors { code } } }',
      { input: { courseId: free.id } },
    );
    expect((await look(student)).viewerEnrollment?.status).toBe('ACTIVE');
    // Content hears of the enrolment by an event.
    await waitFor(async () => {
      const { rateCourse } = await student.run<{ rateCourse: { userErrors: unknown[] } }>(
        'mutation ($input: RateCourseInput!) { rateCourse(input: $input) { userErrors { code } } }',
        { input: { courseId: free.id, stars: 4 } },
      );
      return rateCourse.userErrors.length === 0;
    });
    const own = await look(student);
    expect([own.viewerRating?.stars, own.rating.count]).toEqual([4, 1]);
    const others = await look(instructor);
    expect([others.viewerRating, others.viewerEnrollment]).toEqual([null, null]);
    await waitFor(async () => (await look(instructor)).rating.count === 1);
  });
});
