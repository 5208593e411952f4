import {
  answerOf,
  entity,
  everybody,
  fields,
  query,
  shownTo,
  through,
  type MutationRow,
} from '../../authorization/table.js';

const enrollment = entity('Enrollment', 'completed', (world) => world.finishedEnrollmentId);
const certificate = through(enrollment, 'certificate', 'Certificate', 'of a learner');
const verification = answerOf(
  'CertificateVerification',
  'by its code',
  ({ certificateCode }) => `verifyCertificate(code: "${certificateCode}")`,
);

const learnerOwnerAndAdmin = shownTo('enrolled', 'owner', 'admin');
const printed = ['verificationCode', 'studentName', 'courseTitle', 'issuedAt'];

export const fieldRows = [
  ...fields(enrollment, ['certificate'], learnerOwnerAndAdmin),
  ...fields(certificate, ['id', ...printed], learnerOwnerAndAdmin),
  query(
    'verifyCertificate',
    'by its code',
    ({ certificateCode }) => `verifyCertificate(code: "${certificateCode}")`,
    everybody('ok'),
  ),
  ...fields(verification, ['valid', ...printed], everybody('ok')),
  // It was not taken back.
  ...fields(certificate, ['revokedAt'], everybody('hidden')),
  ...fields(verification, ['revokedAt'], everybody('hidden')),
];

export const mutationRows: readonly MutationRow[] = [];
