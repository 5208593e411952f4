import {
  answerOf,
  entity,
  everybody,
  fields,
  fixture,
  query,
  shownTo,
  through,
  type MutationRow,
} from '../../authorization/table.js';
import { enroll } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const enrollment = entity('Enrollment', 'completed', (world) => world.finishedEnrollmentId);
const certificate = through(enrollment, 'certificate', 'Certificate', 'of a learner');
const verification = answerOf(
  'CertificateVerification',
  'by its code',
  ({ certificateCode }) => `verifyCertificate(code: "${certificateCode}")`,
);

const learnerOwnerAndAdmin = shownTo('enrolled', 'owner', 'admin');
const facts = ['verificationCode', 'studentName', 'courseTitle', 'issuedAt'];

/** Made, as far as the database knows; but in these tests there is no object storage. */
const printed = fixture(async ({ by, learning }) => {
  const course = await writeCourse(by.owner);
  const enrollmentId = await enroll(by.enrolled, course);
  await by.enrolled.do('completeLesson', { lessonId: course.lessonIds[0] }, '');
  await learning.sql(
    `UPDATE learning.certificate_documents SET stored_at = now() WHERE certificate_id IN (
       SELECT id FROM learning.certificates WHERE enrollment_id = $1)`,
    [enrollmentId],
  );
  return enrollmentId;
});
const printedCertificate = through(
  entity('Enrollment', 'with a printed certificate', printed),
  'certificate',
  'Certificate',
  'printed',
);

export const fieldRows = [
  ...fields(printedCertificate, ['pdfUrl'], {
    ...everybody('hidden'),
    enrolled: 'STORE_UNAVAILABLE',
    owner: 'STORE_UNAVAILABLE',
    admin: 'STORE_UNAVAILABLE',
  }),
  ...fields(enrollment, ['certificate'], learnerOwnerAndAdmin),
  ...fields(certificate, ['id', ...facts], learnerOwnerAndAdmin),
  query(
    'verifyCertificate',
    'by its code',
    ({ certificateCode }) => `verifyCertificate(code: "${certificateCode}")`,
    everybody('ok'),
  ),
  ...fields(verification, ['valid', ...facts], everybody('ok')),
  // It was not taken back.
  ...fields(certificate, ['revokedAt'], everybody('hidden')),
  ...fields(verification, ['revokedAt'], everybody('hidden')),
];

export const mutationRows: readonly MutationRow[] = [];
