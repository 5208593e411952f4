import { jwtVerify, SignJWT } from 'jose';
import { AppError } from './errors.js';

export const roles = ['student', 'instructor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who asks. Every service method takes one first and authorizes with it. */
export interface Viewer {
  /** `null` when nobody is signed in. */
  readonly id: string | null;
  readonly role: Role | null;
  /** The session behind the access token: what log-out ends. */
  readonly sessionId: string | null;
  /** The admin who acts as this person; `null` when it is the person herself. */
  readonly impersonatorId: string | null;
  /** Who really acts: what audit entries name. */
  readonly actorId: string | null;
  readonly isSignedIn: boolean;
  readonly isAdmin: boolean;
  /** @returns the viewer's user id @throws AppError UNAUTHENTICATED */
  mustBeSignedIn(): string;
  /**
   * For what only the person herself may do, such as setting a password.
   * @returns the viewer's user id @throws AppError UNAUTHENTICATED, or FORBIDDEN for an admin who acts as her
   */
  mustBeHerself(): string;
  /** @returns the viewer's user id @throws AppError UNAUTHENTICATED, or FORBIDDEN when the role is none of these */
  mustHaveRole(...allowed: Role[]): string;
  hasRole(...allowed: Role[]): boolean;
}

export interface SignedInViewer {
  readonly id: string;
  readonly role: Role;
  readonly sessionId: string;
  /** The admin who acts as this person. */
  readonly impersonatorId?: string;
}

export function createViewer(identity: SignedInViewer | null): Viewer {
  const hasRole = (...allowed: Role[]) => identity !== null && allowed.includes(identity.role);
  const mustBeSignedIn = () => {
    if (identity === null) throw new AppError('UNAUTHENTICATED');
    return identity.id;
  };
  const impersonatorId = identity?.impersonatorId ?? null;
  return {
    id: identity?.id ?? null,
    role: identity?.role ?? null,
    sessionId: identity?.sessionId ?? null,
    impersonatorId,
    actorId: impersonatorId ?? identity?.id ?? null,
    isSignedIn: identity !== null,
    isAdmin: hasRole('admin'),
    hasRole,
    mustBeSignedIn,
    mustBeHerself() {
      const id = mustBeSignedIn();
      if (impersonatorId === null) return id;
      throw new AppError('FORBIDDEN', 'Only the person herself may do this.');
    },
    mustHaveRole(...allowed) {
      const id = mustBeSignedIn();
      if (!hasRole(...allowed)) throw new AppError('FORBIDDEN');
      return id;
    },
  };
}

export const anonymousViewer: Viewer = createViewer(null);

/** The header in which the router tells a subgraph who asks. Client-sent copies are dropped by the router. */
export const viewerHeader = 'x-pcc-viewer';

const issuer = 'pcc-router';
const lifetimeSeconds = 30;

export interface ViewerSigner {
  /** @returns the value of `viewerHeader`; valid for 30 s, enough for one request and no replay later */
  sign(viewer: SignedInViewer | null): Promise<string>;
}

export interface ViewerVerifier {
  /** @throws AppError UNAUTHENTICATED when the token is missing, forged or expired */
  verify(token: string | undefined): Promise<Viewer>;
}

const keyOf = (secret: string) => new TextEncoder().encode(secret);

/** @param secrets newest first; the first one signs */
export function viewerSigner(secrets: readonly string[]): ViewerSigner {
  const [newest] = secrets;
  if (newest === undefined) throw new TypeError('viewerSigner needs a secret');
  const key = keyOf(newest);
  return {
    sign: (viewer) =>
      new SignJWT(viewer === null ? {} : claimsOf(viewer))
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setSubject(viewer?.id ?? '')
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .sign(key),
  };
}

const claimsOf = ({ role, sessionId, impersonatorId }: SignedInViewer) => ({
  role,
  sid: sessionId,
  ...actClaim(impersonatorId),
});

/** The claim that says who acts as the token's subject: `act`, as in RFC 8693. */
export const actClaim = (actorId: string | undefined) =>
  actorId === undefined ? {} : { act: { sub: actorId } };

/** Reads it. @returns `undefined` for a token without one @throws AppError UNAUTHENTICATED for one that names nobody */
export function actorOf({ act }: Readonly<Record<string, unknown>>): string | undefined {
  if (act === undefined) return undefined;
  const sub = typeof act === 'object' && act !== null && 'sub' in act ? act.sub : undefined;
  if (typeof sub === 'string' && sub !== '') return sub;
  throw new AppError('UNAUTHENTICATED');
}

/** @param secrets every secret that may still be in use, so that a key rotates without a refused request */
export function viewerVerifier(secrets: readonly string[]): ViewerVerifier {
  const keys = secrets.map(keyOf);
  return {
    async verify(token) {
      if (token === undefined) throw new AppError('UNAUTHENTICATED', 'Only the router may ask.');
      for (const key of keys) {
        const claims = await jwtVerify(token, key, { issuer, algorithms: ['HS256'] }).then(
          (verified) => verified.payload,
          () => null,
        );
        if (claims !== null) return viewerOf(claims);
      }
      throw new AppError('UNAUTHENTICATED', 'Only the router may ask.');
    },
  };
}

function viewerOf(claims: Record<string, unknown>): Viewer {
  const { sub, role, sid } = claims;
  if (typeof sub !== 'string' || sub === '') return anonymousViewer;
  const known = roles.find((candidate) => candidate === role);
  if (known === undefined || typeof sid !== 'string') throw new AppError('UNAUTHENTICATED');
  const impersonatorId = actorOf(claims);
  return createViewer({
    id: sub,
    role: known,
    sessionId: sid,
    ...(impersonatorId === undefined ? {} : { impersonatorId }),
  });
}
