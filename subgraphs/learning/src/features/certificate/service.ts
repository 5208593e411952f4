import type { Work } from '@pcc/events';
import { newId, type Clock } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Certificate } from './model.js';
import { certificateRepository } from './repository.js';
import { newVerificationCode, normaliseCode } from './verification-code.js';

export type { Certificate } from './model.js';

export type CertificateService = ReturnType<typeof certificateService>;

export const certificateService = (deps: {
  readonly database: Database;
  readonly clock: Clock;
}) => {
  const { database, clock } = deps;
  const certificates = certificateRepository(database);
  return {
    /** Issues a certificate for each enrolment, in the transaction that completes it. Emits `certificate.issued`. */
    async issue({ transaction, emit }: Work<Database>, enrollmentIds: readonly string[]) {
      const repository = certificateRepository(transaction);
      const issued = (await repository.completions(enrollmentIds)).map((completion) => ({
        completion,
        certificate: {
          id: newId(),
          enrollmentId: completion.enrollmentId,
          verificationCode: newVerificationCode(),
          studentName: completion.studentName,
          courseTitle: completion.courseTitle,
          issuedAt: clock.now(),
        },
      }));
      await repository.insert(issued.map(({ certificate }) => certificate));
      for (const { certificate, completion } of issued) {
        const { userId, courseId } = completion;
        await emit('certificate.issued', {
          aggregateId: certificate.id,
          data: { certificateId: certificate.id, userId, courseId },
        });
      }
    },

    /** Takes back the certificate of an enrolment that has ended, if there is one. Emits `certificate.revoked`. */
    async revoke(
      { transaction, emit }: Work<Database>,
      {
        enrollmentId,
        ...owner
      }: { readonly enrollmentId: string; readonly userId: string; readonly courseId: string },
    ): Promise<void> {
      const repository = certificateRepository(transaction);
      for (const { id: certificateId } of await repository.revokeOf(enrollmentId, clock.now())) {
        await emit('certificate.revoked', {
          aggregateId: certificateId,
          data: { certificateId, ...owner },
        });
      }
    },

    /** Public: whoever holds the code may know what it stands for. */
    async verify(typed: string): Promise<Certificate | null> {
      const code = normaliseCode(typed);
      return code === null ? null : certificates.findByCode(code);
    },

    /** Of enrolments that the viewer was shown: their certificates hide nothing more. */
    ofEnrollments: (enrollmentIds: readonly string[]) =>
      certificates.findByEnrollments(enrollmentIds),
  };
};
