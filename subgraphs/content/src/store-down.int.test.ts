import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorCodes, startTestContent, type TestContent } from './test-support.js';

let content: TestContent;
beforeAll(async () => {
  content = await startTestContent({ files: true });
});
afterAll(() => content.close());

const ready = async () => {
  const response = await fetch(`${content.url}/ready`);
  const body = (await response.json()) as { checks: Record<string, { ok: boolean }> };
  const down = Object.entries(body.checks).filter(([, { ok }]) => !ok);
  return { status: response.status, down: down.map(([name]) => name) };
};
const mediaAsset = (id: string) =>
  content.client
    .as({ id })
    .query('query ($id: ID!) { mediaAsset(id: $id) { id } }', { id: newId() });
const rating = (courseId: string) =>
  content.client.anonymous.query(
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Course { rating { count } } } }`,
    { r: [{ __typename: 'Course', id: courseId }] },
  );
const requestUpload = `mutation ($input: RequestMediaUploadInput!) { requestMediaUpload(input: $input) {
  asset { id } userErrors { code } } }`;
const completeUpload = `mutation ($id: ID!) { completeMediaUpload(input: { assetId: $id }) {
  userErrors { code } } }`;

it('without Postgres fails what needs it, serves the rest, and recovers', async () => {
  const courseId = await content.course();
  await waitFor(async () => (await ready()).status === 200);
  await content.stores.postgres.begin();
  expect(await ready()).toEqual({ status: 503, down: ['postgres'] });
  expect(errorCodes(await mediaAsset(newId()))).toEqual(['STORE_UNAVAILABLE']);
  expect((await rating(courseId)).errors).toBeUndefined();

  await content.stores.postgres.end();
  await waitFor(async () => (await ready()).status === 200);
  expect((await mediaAsset(newId())).errors).toBeUndefined();
});

it('without object storage still announces uploads, and recovers', async () => {
  const teacher = newId();
  const courseId = await content.course({ instructorIds: [teacher] });
  const me = content.client.as({ id: teacher });
  await content.stores.storage.begin();
  expect(await ready()).toEqual({ status: 503, down: ['object-storage'] });
  const input = { courseId, fileName: 'a.txt', contentType: 'text/plain', sizeBytes: '1' };
  const { data } = await me.query<{ requestMediaUpload: { asset: { id: string } } }>(
    requestUpload,
    { input },
  );
  const { id } = data.requestMediaUpload.asset;
  expect(errorCodes(await me.query(completeUpload, { id }))).toEqual(['STORE_UNAVAILABLE']);

  await content.stores.storage.end();
  await waitFor(async () => (await ready()).status === 200);
  expect((await me.query(completeUpload, { id })).data).toEqual({
    completeMediaUpload: { userErrors: [{ code: 'UPLOAD_MISSING' }] },
  });
});

it('without MongoDB fails with a code, and afterwards delivers what came meanwhile', async () => {
  const userId = newId();
  const courseId = await content.course();
  await content.stores.mongo.begin();
  expect(await ready()).toEqual({ status: 503, down: ['mongodb'] });
  expect(errorCodes(await rating(courseId))).toEqual(['STORE_UNAVAILABLE']);
  expect((await fetch(`${content.url}/health`)).status).toBe(200);
  // The bus hands the event back to its owner's relay, which brings it again.
  const told = content.tell('course.completed', { enrollmentId: newId(), userId, courseId });
  await expect(told).rejects.toThrow();

  await content.stores.mongo.end();
  await waitFor(async () => (await ready()).status === 200);
  await content.tell('course.completed', { enrollmentId: newId(), userId, courseId });
  await waitFor(() =>
    content.mongo.db.collection('notification_logs').findOne({ recipientId: userId }),
  );
  expect((await rating(courseId)).errors).toBeUndefined();
});
