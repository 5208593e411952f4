import { describe } from 'vitest';
import { accessContract } from './contract/access.js';
import { bucketContract } from './contract/buckets.js';
import { objectContract } from './contract/objects.js';
import { listContract } from './contract/lists.js';
import { presignedFormContract } from './contract/presigned-forms.js';
import { presignedUrlContract } from './contract/presigned-urls.js';
import { type OpenStorage, subjectOf } from './contract/subject.js';
import { uploadContract } from './contract/uploads.js';

/**
 * What every object storage must do. Where servers differ in the code of a refusal, only the refusal is asked
 * for: MinIO says PostPolicyInvalidKeyName where S3 says AccessDenied.
 */
export function objectStorageContract(name: string, open: OpenStorage): void {
  describe(name, () => {
    const current = subjectOf(open);
    describe('buckets', () => bucketContract(current));
    describe('objects', () => objectContract(current));
    describe('objects, many of them,', () => listContract(current));
    describe('uploads', () => uploadContract(current));
    describe('a presigned URL', () => presignedUrlContract(current));
    describe('a presigned form', () => presignedFormContract(current));
    describe('the server', () => accessContract(current));
  });
}
