import type { Connection } from '@pcc/platform';

/** A way into a course that its instructors hand out. */
export interface Invitation {
  readonly id: string;
  readonly courseId: string;
  readonly code: string;
  /** Whom alone it is for; null: whoever has the code. */
  readonly userId: string | null;
  readonly maxUses: number;
  readonly uses: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

export type InvitationConnection = Connection<Invitation>;
