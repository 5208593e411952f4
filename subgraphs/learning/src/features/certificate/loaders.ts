import { loaderBy } from '@pcc/platform';
import type { Certificate, CertificateService } from './service.js';

export const certificateLoaders = (certificates: CertificateService) => ({
  certificateByEnrollmentId: loaderBy<string, Certificate>(
    (ids) => certificates.ofEnrollments(ids),
    ({ enrollmentId }) => enrollmentId,
  ),
});
