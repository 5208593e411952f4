/** A session's new tokens, as only its owner may see them. */
export interface IssuedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
}

/** One place where a person is signed in, as she sees it. */
export interface OpenSession {
  readonly id: string;
  readonly device: string | null;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly isCurrent: boolean;
}

/** An admin's access to the platform as somebody else. */
export interface IssuedImpersonation {
  readonly sessionId: string;
  readonly userId: string;
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export type RevokeReason =
  'LOG_OUT' | 'REPLAY' | 'TOO_MANY_SESSIONS' | 'ROLE_CHANGED' | 'PASSWORD_CHANGED' | 'SUSPENDED';
