import { newId, type Role } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes, startTestContent, type TestContent } from '../../test-support.js';

const request = `mutation ($input: RequestMediaUploadInput!) { requestMediaUpload(input: $input) {
  asset { id status } uploadUrl upload { url method headers { name value } expiresAt }
  userErrors { code field } } }`;
const complete = `mutation ($id: ID!) { completeMediaUpload(input: { assetId: $id }) {
  asset { id status downloadUrl } userErrors { code field } } }`;
const assetQuery = `query ($id: ID!) { mediaAsset(id: $id) {
  fileName contentType sizeBytes status downloadUrl course { id } uploadedBy { id } } }`;

interface Requested {
  requestMediaUpload: {
    asset: { id: string; status: string } | null;
    uploadUrl: string | null;
    upload: { headers: { name: string; value: string }[] } | null;
    userErrors: { code: string; field: string[] | null }[];
  };
}
interface Completed {
  completeMediaUpload: {
    asset: { status: string; downloadUrl: string | null } | null;
    userErrors: { code: string }[];
  };
}
interface Shown {
  mediaAsset: { downloadUrl: string | null } | null;
}

let content: TestContent;
beforeAll(async () => {
  content = await startTestContent({ files: true });
});
afterAll(() => content.close());

const bytes = Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nHello');
const fileOf = (courseId: string) => ({
  courseId,
  fileName: 'Untertitel für alle.vtt',
  contentType: 'text/vtt',
  sizeBytes: String(bytes.length),
});
const scene = async () => {
  const [student, teacher] = [newId(), newId()];
  const courseId = await content.course({ instructorIds: [teacher] });
  await content.enroll(student, courseId);
  return { student, teacher, courseId };
};
const requestAs = async (viewer: { id: string; role?: Role }, input: Record<string, unknown>) =>
  (await content.client.as(viewer).query<Requested>(request, { input })).data.requestMediaUpload;
const completeAs = async (id: string, assetId: string | undefined) =>
  (await content.client.as({ id }).query<Completed>(complete, { id: assetId })).data
    .completeMediaUpload;
const put = (url: string | null, body: Buffer, contentType = 'text/vtt') =>
  fetch(url ?? '', {
    method: 'PUT',
    body: new Uint8Array(body),
    headers: { 'content-type': contentType },
  });

describe('media assets', () => {
  it('go up and come down by signed URLs', async () => {
    const { student, teacher, courseId } = await scene();
    const { asset, uploadUrl, upload } = await requestAs({ id: teacher }, fileOf(courseId));
    expect(asset?.status).toBe('PENDING');
    expect(upload?.headers).toEqual([{ name: 'content-type', value: 'text/vtt' }]);
    expect((await completeAs(teacher, asset?.id)).userErrors[0]?.code).toBe('UPLOAD_MISSING');
    expect((await put(uploadUrl, bytes)).status).toBe(200);
    const completed = await completeAs(teacher, asset?.id);
    expect(completed).toMatchObject({ asset: { status: 'READY' }, userErrors: [] });
    expect((await completeAs(teacher, asset?.id)).asset?.status).toBe('READY');

    const { data } = await content.client
      .as({ id: student })
      .query<Shown>(assetQuery, { id: asset?.id });
    expect(data.mediaAsset).toMatchObject({
      fileName: 'Untertitel für alle.vtt',
      contentType: 'text/vtt',
      sizeBytes: String(bytes.length),
      course: { id: courseId },
      uploadedBy: { id: teacher },
    });
    const download = await fetch(data.mediaAsset?.downloadUrl ?? '');
    expect(download.status).toBe(200);
    expect(download.headers.get('content-type')).toBe('text/vtt');
    expect(download.headers.get('content-disposition')).toBe(
      'attachment; filename="Untertitel fur alle.vtt"',
    );
    expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
    const unsigned = new URL(data.mediaAsset?.downloadUrl ?? '');
    unsigned.search = '';
    expect((await fetch(unsigned)).status).toBe(403);

    // The upload URL still holds; what it writes now is not what is served.
    await put(uploadUrl, Buffer.from('something else'));
    const later = await fetch(data.mediaAsset?.downloadUrl ?? '');
    expect(Buffer.from(await later.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('become READY once when completed twice at a time', async () => {
    const { teacher, courseId } = await scene();
    const { asset, uploadUrl } = await requestAs({ id: teacher }, fileOf(courseId));
    await put(uploadUrl, bytes);
    const both = await Promise.all([
      completeAs(teacher, asset?.id),
      completeAs(teacher, asset?.id),
    ]);
    for (const { asset: done, userErrors } of both) {
      expect(userErrors).toEqual([]);
      expect((await fetch(done?.downloadUrl ?? '')).status).toBe(200);
    }
  });

  it('are refused when something else came than was announced', async () => {
    const { teacher, courseId } = await scene();
    const short = await requestAs({ id: teacher }, fileOf(courseId));
    await put(short.uploadUrl, bytes.subarray(1));
    expect((await completeAs(teacher, short.asset?.id)).userErrors[0]?.code).toBe('SIZE_MISMATCH');
    expect((await completeAs(teacher, short.asset?.id)).userErrors[0]?.code).toBe('ASSET_REJECTED');
    const html = await requestAs({ id: teacher }, fileOf(courseId));
    await put(html.uploadUrl, bytes, 'text/html');
    const { userErrors } = await completeAs(teacher, html.asset?.id);
    expect(userErrors[0]?.code).toBe('CONTENT_TYPE_MISMATCH');
  });

  it('are announced by instructors and admins only, with proper facts', async () => {
    const { student, teacher, courseId } = await scene();
    const file = fileOf(courseId);
    const cases = [
      [student, file, 'FORBIDDEN', 'courseId'],
      [teacher, { ...file, courseId: newId() }, 'NOT_FOUND', 'courseId'],
      [teacher, { ...file, contentType: 'text/html' }, 'UNSUPPORTED_CONTENT_TYPE', 'contentType'],
      [teacher, { ...file, sizeBytes: '0' }, 'INVALID_INPUT', 'sizeBytes'],
      [teacher, { ...file, sizeBytes: '3000000000' }, 'FILE_TOO_LARGE', 'sizeBytes'],
      [teacher, { ...file, fileName: '../x' }, 'INVALID_INPUT', 'fileName'],
    ] as const;
    for (const [id, input, code, field] of cases) {
      const { userErrors } = await requestAs({ id, role: 'instructor' }, input);
      expect(userErrors).toEqual([{ code, field: ['input', field] }]);
    }
    const { asset } = await requestAs({ id: teacher }, file);
    const outsider = content.client.as({ id: newId() });
    expect(errorCodes(await outsider.query(assetQuery, { id: asset?.id }))).toEqual(['FORBIDDEN']);
    expect((await outsider.query<Shown>(assetQuery, { id: newId() })).data.mediaAsset).toBeNull();
    expect((await completeAs(newId(), asset?.id)).userErrors[0]?.code).toBe('NOT_FOUND');
    expect((await completeAs(student, asset?.id)).userErrors[0]?.code).toBe('FORBIDDEN');
    const entities = await outsider.query(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on MediaAsset { fileName } } }',
      { r: [{ __typename: 'MediaAsset', id: asset?.id }] },
    );
    expect(errorCodes(entities)).toEqual(['FORBIDDEN']);
  });

  it('leave a trace when an admin acts on a course that is not hers', async () => {
    const { courseId } = await scene();
    const admin = { id: newId(), role: 'admin' as const };
    const { asset } = await requestAs(admin, fileOf(courseId));
    const { data } = await content.client.as(admin).query(
      `{ systemEvents(first: 1, action: "media.upload_requested_by_admin") {
         nodes { action actor { id } subjectType subjectId details } } }`,
    );
    expect(data['systemEvents']).toEqual({
      nodes: [
        {
          action: 'media.upload_requested_by_admin',
          actor: { id: admin.id },
          subjectType: 'media_asset',
          subjectId: asset?.id,
          details: { courseId },
        },
      ],
    });
  });
});
