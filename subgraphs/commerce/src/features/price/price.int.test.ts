import { newId } from '@pcc/platform';
import { waitFor, type ViewerClient } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  courseChanged,
  startTestCommerce,
  type Refused,
  type TestCommerce,
} from '../../test-support.js';

let commerce: TestCommerce;
beforeAll(async () => {
  commerce = await startTestCommerce();
});
afterAll(() => commerce.close());

const setPrice = (client: ViewerClient, courseId: string, amountMinor: number | string = 1000) =>
  client.query<{
    setCoursePrice: { course: { price: unknown } | null; userErrors: Refused[] } | null;
  }>(
    `mutation ($input: SetCoursePriceInput!) { setCoursePrice(input: $input) {
      course { price { amountMinor currency } } userErrors { code field } } }`,
    { input: { courseId, amountMinor, currency: 'EUR' } },
  );

describe('setCoursePrice', () => {
  it("is for the course's instructors and admins", async () => {
    const [courseId, instructor] = [newId(), newId()];
    await commerce.tell('course.changed', courseChanged(courseId, { instructorIds: [instructor] }));
    const own = await setPrice(commerce.as(instructor, 'instructor'), courseId, '1999');
    expect(own.data.setCoursePrice).toEqual({
      course: { price: { amountMinor: '1999', currency: 'EUR' } },
      userErrors: [],
    });
    expect((await setPrice(commerce.admin, courseId)).data.setCoursePrice?.userErrors).toEqual([]);
    const foreign = await setPrice(commerce.as(newId(), 'instructor'), courseId);
    expect(foreign.data.setCoursePrice).toEqual({
      course: null,
      userErrors: [{ code: 'FORBIDDEN', field: ['input', 'courseId'] }],
    });
    const student = await setPrice(commerce.as(instructor, 'student'), courseId);
    expect(student.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('refuses unknown courses and impossible amounts', async () => {
    const courseId = await commerce.course(1000);
    const refusal = async (id: string, amount: number | string) =>
      (await setPrice(commerce.admin, id, amount)).data.setCoursePrice?.userErrors;
    expect(await refusal(newId(), 1)).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'courseId'] },
    ]);
    expect(await refusal('x', 1)).toEqual([{ code: 'NOT_FOUND', field: ['input', 'courseId'] }]);
    const amount = [{ code: 'INVALID_INPUT', field: ['input', 'amountMinor'] }];
    expect(await refusal(courseId, -1)).toEqual(amount);
    expect(await refusal(courseId, '9999999999999999999')).toEqual(amount);
    const wrongType = await setPrice(commerce.admin, courseId, '19.99');
    expect(wrongType.status).toBe(400);
  });

  it('tells of changes only, each with a higher version', async () => {
    const courseId = await commerce.course(1000);
    await setPrice(commerce.admin, courseId, 1000);
    await setPrice(commerce.admin, courseId, 2000);
    const changes = () =>
      commerce.told
        .filter(({ type, aggregateId }) => type === 'price.changed' && aggregateId === courseId)
        .map(({ aggregateVersion, data }) => [aggregateVersion, data]);
    await waitFor(() => changes().length >= 2);
    expect(changes().toSorted()).toEqual([
      [1, { courseId, amountMinor: '1000', currency: 'EUR' }],
      [2, { courseId, amountMinor: '2000', currency: 'EUR' }],
    ]);
  });

  it('follows the newest snapshot of a course, in whatever order they come', async () => {
    const [courseId, before, now] = [newId(), newId(), newId()];
    const teaches = (version: number, instructor: string) =>
      commerce.tell(
        'course.changed',
        courseChanged(courseId, { version, instructorIds: [instructor] }),
      );
    await teaches(3, now);
    await teaches(2, before);
    const errorsOf = async (instructor: string) =>
      (await setPrice(commerce.as(instructor, 'instructor'), courseId)).data.setCoursePrice
        ?.userErrors.length;
    expect(await errorsOf(now)).toBe(0);
    expect(await errorsOf(before)).toBe(1);
  });
});
