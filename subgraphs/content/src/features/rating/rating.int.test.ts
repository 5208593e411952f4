import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestContent, type TestContent } from '../../test-support.js';

const rate = `mutation ($input: RateCourseInput!) { rateCourse(input: $input) {
  rating { id stars comment } course { rating { average count } } userErrors { code field } } }`;
const ratingsOf = `query ($courses: [_Any!]!) { _entities(representations: $courses) {
  ... on Course { rating { average count } viewerRating { stars } } } }`;

interface Rated {
  rateCourse: {
    rating: { id: string; stars: number; comment: string | null } | null;
    course: { rating: { average: number; count: number } } | null;
    userErrors: { code: string; field: string[] | null }[];
  };
}

let content: TestContent;
beforeAll(async () => {
  content = await startTestContent();
});
afterAll(() => content.close());

const rateAs = async (id: string, input: Record<string, unknown>) =>
  (await content.client.as({ id }).query<Rated>(rate, { input })).data.rateCourse;
const learnerOf = async (courseId: string) => {
  const id = newId();
  await content.enroll(id, courseId);
  return id;
};

describe('ratings', () => {
  it('are one per learner, and sum up whatever comes at once', async () => {
    const courseId = await content.course();
    const learners = await Promise.all(Array.from({ length: 6 }, () => learnerOf(courseId)));
    await Promise.all(
      learners.map((id, index) => rateAs(id, { courseId, stars: (index % 5) + 1 })),
    );
    const [first = ''] = learners;
    // 1 2 3 4 5 1 = 16; the first goes from 1 to 5, twice.
    await rateAs(first, { courseId, stars: 5, comment: ' good ' });
    const again = await rateAs(first, { courseId, stars: 5, comment: 'good' });
    expect(again.rating).toMatchObject({ stars: 5, comment: 'good' });
    expect(again.course?.rating).toEqual({ average: 3.33, count: 6 });

    const rated = await waitFor(() => {
      const found = content.emitted.filter(({ aggregateId }) => aggregateId === courseId);
      return found.length === 8 && found;
    });
    const versions = rated.map(({ aggregateVersion }) => aggregateVersion).sort();
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rated.find(({ aggregateVersion }) => aggregateVersion === 8)?.data).toEqual({
      courseId,
      userId: first,
      stars: 5,
      average: 3.33,
      count: 6,
    });
  });

  it('are for those who are or were enrolled', async () => {
    const courseId = await content.course();
    const userId = newId();
    const about = { enrollmentId: newId(), userId, courseId };
    expect((await rateAs(userId, { courseId, stars: 4 })).userErrors).toEqual([
      { code: 'NOT_ENROLLED', field: ['input', 'courseId'] },
    ]);
    await content.tell('enrollment.created', about);
    await content.tell('enrollment.ended', { ...about, reason: 'CANCELLED' }, 2);
    expect((await rateAs(userId, { courseId, stars: 4 })).rating?.stars).toBe(4);
    const unknown = await rateAs(userId, { courseId: newId(), stars: 4 });
    expect(unknown.userErrors[0]?.code).toBe('NOT_FOUND');
    for (const stars of [0, 6]) {
      const { userErrors } = await rateAs(userId, { courseId, stars });
      expect(userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['input', 'stars'] }]);
    }
  });

  it('are public, cacheable, and empty before the first', async () => {
    const courseId = await content.course();
    const courses = [courseId, newId(), 'nonsense'].map((id) => ({ __typename: 'Course', id }));
    const answer = await content.client.anonymous.query(ratingsOf, { courses });
    expect(answer.errors).toBeUndefined();
    expect(answer.data['_entities']).toEqual(
      courses.map(() => ({ rating: { average: null, count: 0 }, viewerRating: null })),
    );
    const { headers } = await content.client.anonymous.query(
      `query ($courses: [_Any!]!) { _entities(representations: $courses) {
        ... on Course { rating { average } } } }`,
      { courses },
    );
    expect(headers.get('cache-control')).toBe('max-age=10, public');
  });
});
