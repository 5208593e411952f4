export interface Certificate {
  readonly id: string;
  readonly enrollmentId: string;
  readonly verificationCode: string;
  readonly studentName: string;
  readonly courseTitle: string;
  readonly issuedAt: Date;
  readonly revokedAt: Date | null;
}
