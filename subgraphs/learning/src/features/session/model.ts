/** A session's new tokens, as only its owner may see them. */
export interface IssuedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
}

export type RevokeReason = 'LOG_OUT' | 'REPLAY' | 'TOO_MANY_SESSIONS' | 'ROLE_CHANGED';
