export type MediaAssetStatus = 'PENDING' | 'READY' | 'REJECTED';

/** A file of a course. */
export interface MediaAsset {
  readonly id: string;
  readonly courseId: string;
  readonly uploadedBy: string;
  readonly status: MediaAssetStatus;
  /** Where the uploader writes; never served, for it can be written again while its URL holds. */
  readonly uploadKey: string;
  /** Where the checked copy is; null unless READY. */
  readonly objectKey: string | null;
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: bigint;
  readonly createdAt: Date;
  readonly readyAt: Date | null;
}

/** How to send a file. */
export interface MediaUpload {
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly expiresAt: Date;
}

export const bucket = 'course-media';

/** Documents that run scripts (HTML, SVG) are not in it: they would run under the storage's origin. */
export const allowedContentTypes: ReadonlySet<string> = new Set([
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'application/zip',
  'text/plain',
  'text/csv',
  'text/markdown',
  'text/vtt',
]);

export const maximumSizeBytes = 2n * 1024n ** 3n;
