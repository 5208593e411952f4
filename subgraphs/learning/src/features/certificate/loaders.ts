import { loaderBy } from '@pcc/platform';
import type { CertificateDocumentService } from './document-service.js';
import type { Certificate, CertificateService } from './service.js';

export const certificateLoaders = (
  certificates: CertificateService,
  documents: CertificateDocumentService,
) => ({
  certificateByEnrollmentId: loaderBy<string, Certificate>(
    (ids) => certificates.ofEnrollments(ids),
    ({ enrollmentId }) => enrollmentId,
  ),
  documentByCertificateId: loaderBy<string, { certificateId: string }>(
    (ids) => documents.storedAmong(ids),
    ({ certificateId }) => certificateId,
  ),
});
