import {
  AppError,
  errorMessage,
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type Logger,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { AuditService } from '../audit/service.js';
import type { CourseAccess } from '../projection/model.js';
import type { ProjectionService } from '../projection/service.js';
import {
  allowedContentTypes,
  maximumSizeBytes,
  type MediaAsset,
  type MediaUpload,
} from './model.js';
import type { MediaObjectStore, StoredObject } from './object-store.js';
import type { MediaAssetRepository } from './repository.js';

interface Deps {
  readonly assets: MediaAssetRepository;
  readonly objects: MediaObjectStore;
  readonly projections: ProjectionService;
  readonly audit: AuditService;
  readonly clock: Clock;
  readonly logger: Logger;
}

const urlSeconds = 600;

const withCode = (code: string) => ({ params: { code } });
const requestInput = z.object({
  courseId: z.string(),
  fileName: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(255, 'must have at most 255 characters')
    // Path separators and control characters have no business in a name that a download will bear.
    .refine((name) => !/[/\\\p{Cc}]/u.test(name), 'must not contain slashes or control characters'),
  contentType: z
    .string()
    .toLowerCase()
    .refine((type) => allowedContentTypes.has(type), {
      ...withCode('UNSUPPORTED_CONTENT_TYPE'),
      message: `must be one of ${[...allowedContentTypes].join(', ')}`,
    }),
  sizeBytes: z
    .bigint()
    .min(1n, 'must be at least 1')
    .refine((size) => size <= maximumSizeBytes, {
      ...withCode('FILE_TOO_LARGE'),
      message: `must be at most ${maximumSizeBytes}`,
    }),
});

export interface RequestedUpload {
  readonly asset: MediaAsset;
  readonly upload: MediaUpload;
}

/** What is wrong with what was uploaded; `null` when it is what was announced. */
function mismatch(asset: MediaAsset, found: StoredObject): readonly [string, string] | null {
  if (found.sizeBytes !== asset.sizeBytes) {
    return [
      'SIZE_MISMATCH',
      `${asset.sizeBytes} bytes were announced, ${found.sizeBytes} came; ask for a new upload.`,
    ];
  }
  const [type = ''] = found.contentType.toLowerCase().split(';');
  return type.trim() === asset.contentType
    ? null
    : [
        'CONTENT_TYPE_MISMATCH',
        `${asset.contentType} was announced, ${type} came; ask for a new upload.`,
      ];
}

export const mediaAssetService = (deps: Deps) => {
  const { assets, objects, projections, audit, clock, logger } = deps;

  /** An admin who acts on a course that is not hers leaves a trace. `id` makes a repetition harmless. */
  const recordOverride = async (
    viewer: Viewer,
    access: CourseAccess,
    action: string,
    assetId: string,
  ): Promise<void> => {
    if (access.teaches) return;
    await audit.record({
      action,
      actorId: viewer.id,
      subjectType: 'media_asset',
      subjectId: assetId,
      details: { courseId: access.courseId },
    });
  };

  /** The rest of a settled upload; if it stays behind, nobody can reach it. */
  const discard = async (key: string): Promise<void> => {
    try {
      await objects.remove(key);
    } catch (error) {
      logger.warn({ err: error, key }, `upload not removed: ${errorMessage(error)}`);
    }
  };

  const find = async (id: string): Promise<MediaAsset | null> =>
    (isId(id) ? await assets.byIds([id]) : [])[0] ?? null;

  /** Nothing is there: never sent, or somebody else completed it a moment ago. */
  const missing = async ({ id }: MediaAsset): Promise<Result<MediaAsset>> => {
    const now = await find(id);
    return now?.status === 'READY'
      ? ok(now)
      : refuse('UPLOAD_MISSING', 'Nothing has been uploaded yet.', 'input.assetId');
  };
  const reject = async (
    asset: MediaAsset,
    [code, message]: readonly [string, string],
  ): Promise<Result<MediaAsset>> => {
    const settled = await assets.settle(asset.id, { status: 'REJECTED' });
    await discard(asset.uploadKey);
    return settled.status === 'READY' ? ok(settled) : refuse(code, message, 'input.assetId');
  };

  /**
   * Serves a copy, and checks that too: while its URL holds, the upload can be written again between check
   * and copy.
   */
  const check = async (asset: MediaAsset): Promise<Result<MediaAsset>> => {
    const uploaded = await objects.stat(asset.uploadKey);
    if (uploaded === null) return missing(asset);
    const wrong = mismatch(asset, uploaded);
    if (wrong !== null) return reject(asset, wrong);
    // A key of this attempt's own: two completions at once must not overwrite each other's copy.
    const objectKey = `assets/${asset.courseId}/${asset.id}/${newId()}`;
    const copied = await objects.copy(asset.uploadKey, objectKey);
    if (copied === null) return missing(asset);
    const wrongCopy = mismatch(asset, copied);
    if (wrongCopy !== null) {
      await discard(objectKey);
      return reject(asset, wrongCopy);
    }
    const change = { status: 'READY' as const, objectKey, readyAt: clock.now() };
    const settled = await assets.settle(asset.id, change);
    if (settled.objectKey !== objectKey) await discard(objectKey);
    await discard(asset.uploadKey);
    return settled.status === 'READY' ? ok(settled) : rejected();
  };
  const rejected = () =>
    refuse('ASSET_REJECTED', 'The upload was refused; ask for a new one.', 'input.assetId');

  return {
    /** Announces a file and gives the URL to send it to. */
    async requestUpload(viewer: Viewer, input: unknown): Promise<Result<RequestedUpload>> {
      const uploadedBy = viewer.mustBeSignedIn();
      const valid = validate(requestInput, input);
      if (!valid.ok) return valid;
      const { courseId, ...file } = valid.value;
      const access = await projections.accessToOne(viewer, courseId);
      if (!access.courseExists)
        return refuse('NOT_FOUND', 'There is no such course.', 'input.courseId');
      if (!access.mayManage)
        return refuse('FORBIDDEN', 'Only its instructors add files.', 'input.courseId');
      const id = newId();
      await recordOverride(viewer, access, 'media.upload_requested_by_admin', id);
      const uploadKey = `uploads/${id}`;
      const url = await objects.uploadUrl(uploadKey, urlSeconds);
      const asset = await assets.insert({ id, courseId, uploadedBy, uploadKey, ...file });
      const upload = {
        url,
        method: 'PUT' as const,
        headers: [{ name: 'content-type', value: asset.contentType }],
        expiresAt: new Date(clock.now().getTime() + urlSeconds * 1000),
      };
      return ok({ asset, upload });
    },

    /** Checks what came against what was announced. Idempotent once READY. */
    async completeUpload(viewer: Viewer, assetId: string): Promise<Result<MediaAsset>> {
      viewer.mustBeSignedIn();
      const asset = await find(assetId);
      const access = asset && (await projections.accessToOne(viewer, asset.courseId));
      if (asset === null || access === null || !access.mayRead)
        return refuse('NOT_FOUND', 'There is no such file.', 'input.assetId');
      if (!access.mayManage)
        return refuse('FORBIDDEN', 'Only its instructors add files.', 'input.assetId');
      if (asset.status === 'READY') return ok(asset);
      if (asset.status === 'REJECTED') return rejected();
      await recordOverride(viewer, access, 'media.upload_completed_by_admin', asset.id);
      return check(asset);
    },

    /** @throws AppError UNAUTHENTICATED, or FORBIDDEN outside its course */
    async byId(viewer: Viewer, id: string): Promise<MediaAsset | null> {
      viewer.mustBeSignedIn();
      const [asset] = await this.byIds(viewer, [id]);
      if (asset instanceof AppError) throw asset;
      return asset ?? null;
    },

    /** In the order asked; an error for each that the viewer may not see. Three statements for all. */
    async byIds(viewer: Viewer, ids: readonly string[]): Promise<(MediaAsset | AppError | null)[]> {
      const found = await assets.byIds(ids.filter(isId));
      const courseIds = [...new Set(found.map(({ courseId }) => courseId))];
      const accesses = await projections.accessTo(viewer, courseIds);
      const readable = new Set(
        accesses.filter(({ mayRead }) => mayRead).map(({ courseId }) => courseId),
      );
      const byId = new Map(found.map((asset) => [asset.id, asset]));
      return ids.map((id) => {
        const asset = byId.get(id);
        if (asset === undefined) return null;
        return readable.has(asset.courseId)
          ? asset
          : new AppError('FORBIDDEN', 'Enrol in the course to see its files.');
      });
    },

    /** For an asset that the viewer has been given. `null` unless READY. */
    downloadUrl: async ({ objectKey, fileName }: MediaAsset): Promise<string | null> =>
      objectKey === null ? null : objects.downloadUrl(objectKey, fileName, urlSeconds),
  };
};

export type MediaAssetService = ReturnType<typeof mediaAssetService>;
