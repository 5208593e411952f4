import { setTimeout as delay } from 'node:timers/promises';
import {
  actorOf,
  AppError,
  errorMessage,
  roles,
  viewerHeader,
  viewerSigner,
  type Logger,
  type SignedInViewer,
} from '@pcc/platform';
import type { SessionStore } from '@pcc/stores';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { claimedPolicies, rightsOf, type PolicyDecision } from '../authorization/claims.js';
import { noRights, type Rights } from '../authorization/rights.js';

/** Who sent a request, as far as the router has verified it. */
export interface Identity {
  /** `null` for anonymous. */
  readonly viewer: SignedInViewer | null;
  /** When the access token ends, in milliseconds since 1970. */
  readonly expiresAt: number | null;
  /** What the viewer may, for supergraphs with access control: the same object for the same token in short order. */
  readonly rights: Rights;
}

export interface IdentityService {
  /**
   * Reads an `Authorization` value. None at all is anonymous; a wrong one is refused, never ignored.
   * @throws AppError UNAUTHENTICATED, or SERVICE_UNAVAILABLE when the keys cannot be fetched
   */
  authenticate(authorization: string | undefined): Promise<Identity>;
  /** The headers that tell a subgraph who asks. */
  headersFor(viewer: SignedInViewer | null): Promise<Record<string, string>>;
}

export interface IdentityOptions {
  /** Without it there is nothing to verify a token with: each is refused. */
  readonly jwksUrl?: string | undefined;
  readonly viewerSecrets: readonly string[];
  readonly sessions: Pick<SessionStore, 'isLive'>;
  /** Default: those of the token's claim `policies`. */
  readonly policies?: PolicyDecision | undefined;
  readonly logger: Logger;
}

export const anonymous: Identity = { viewer: null, expiresAt: null, rights: noRights };

const issuer = 'pcc-lms';
const maximumRemembered = 10_000;
/** Verifying a signature costs 0.1 ms; a client's burst pays once. Sessions are asked every time. */
const tokenMemoryMs = 5_000;
/** Well below the 30 s that a signed viewer is valid. */
const signatureMemoryMs = 10_000;

export function identityService(options: IdentityOptions): IdentityService {
  const keys = options.jwksUrl === undefined ? noKeys : publishedKeys(new URL(options.jwksUrl));
  const signer = viewerSigner(options.viewerSecrets);
  const { policies = claimedPolicies } = options;
  const tokens = new LRUCache<string, Identity>({ max: maximumRemembered, ttl: tokenMemoryMs });
  const signed = new LRUCache<string, string>({ max: maximumRemembered, ttl: signatureMemoryMs });

  const identityOf = async (token: string): Promise<Identity> => {
    const known = tokens.get(token);
    if (known !== undefined && (known.expiresAt ?? 0) > Date.now()) return known;
    const identity = readClaims(await verify(token, keys, options.logger), policies);
    tokens.set(token, identity);
    return identity;
  };

  return {
    async authenticate(authorization) {
      if (authorization === undefined || authorization.trim() === '') return anonymous;
      const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
      if (token === undefined) throw new AppError('UNAUTHENTICATED', 'Use a bearer token.');
      const identity = await identityOf(token);
      if (identity.viewer !== null && !(await options.sessions.isLive(identity.viewer.sessionId))) {
        throw new AppError('UNAUTHENTICATED', 'The session has ended; sign in again.');
      }
      return identity;
    },
    async headersFor(viewer) {
      const key = viewer === null ? '' : keyOf(viewer);
      const known = signed.get(key);
      if (known !== undefined) return { [viewerHeader]: known };
      const signature = await signer.sign(viewer);
      signed.set(key, signature);
      return { [viewerHeader]: signature };
    },
  };
}

/** Whoever sends tokens of invented keys makes the router fetch the keys as often as this, and no more. */
const keysCooldownMs = 1_000;

/**
 * The keys that learning publishes, fetched again when a token names an unknown one. When they were fetched just now the
 * token waits for the next time instead of being refused: its key may be a new one, and a key must change unnoticed.
 */
function publishedKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: 5_000,
    cooldownDuration: keysCooldownMs,
  });
  return async (header, token) => {
    const maybeStale = keys.coolingDown || keys.reloading;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!maybeStale || !(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await delay(keysCooldownMs);
      return keys(header, token);
    }
  };
}

/** All of a viewer that a subgraph is told. */
const keyOf = ({ id, sessionId, role, impersonatorId = '' }: SignedInViewer): string =>
  `${id} ${sessionId} ${role} ${impersonatorId}`;

const noKeys: JWTVerifyGetKey = async () => {
  throw new errors.JWKSNoMatchingKey();
};

async function verify(token: string, keys: JWTVerifyGetKey, logger: Logger): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: ['EdDSA', 'Ed25519'],
      requiredClaims: ['exp', 'sub', 'sid', 'role'],
    });
    return payload;
  } catch (error) {
    if (isRefusal(error)) {
      const expired = error instanceof errors.JWTExpired;
      throw new AppError(
        'UNAUTHENTICATED',
        expired ? 'The access token has expired.' : 'The access token is not valid.',
      );
    }
    logger.error({ err: error }, `the token keys cannot be fetched: ${errorMessage(error)}`);
    throw new AppError('SERVICE_UNAVAILABLE', 'Signing in cannot be checked at the moment.');
  }
}

/** Whether the token is at fault, rather than the way to the keys. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JWTExpired ||
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys;

function readClaims(claims: JWTPayload, policies: PolicyDecision): Identity {
  const { sub, sid, role, exp } = claims;
  const known = roles.find((candidate) => candidate === role);
  if (typeof sub !== 'string' || typeof sid !== 'string' || known === undefined) {
    throw new AppError('UNAUTHENTICATED', 'The access token is not valid.');
  }
  const impersonatorId = actorOf(claims);
  const viewer = {
    id: sub,
    role: known,
    sessionId: sid,
    ...(impersonatorId === undefined ? {} : { impersonatorId }),
  };
  const rights = rightsOf(viewer, claims, policies);
  return { viewer, expiresAt: (exp ?? 0) * 1000, rights };
}
