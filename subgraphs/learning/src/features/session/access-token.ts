import { hkdfSync } from 'node:crypto';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  importPKCS8,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { actClaim, ConfigError, type Clock, type Role } from '@pcc/platform';

const algorithm = 'EdDSA';
const issuer = 'pcc-lms';

/** Short, because it is believed without asking anyone but the session store (DESIGN section 9). */
export const accessTokenSeconds = 15 * 60;

interface SigningKey {
  readonly privateKey: CryptoKey;
  /** Its private part, of which other keys are made. */
  readonly seed: Buffer;
  readonly publicJwk: JWK;
}

export interface AccessTokens {
  sign(claims: {
    userId: string;
    sessionId: string;
    role: Role;
    /** The admin who acts as the user. */
    actorId?: string;
  }): Promise<{ token: string; expiresAt: Date }>;
  /** The public keys, for `/.well-known/jwks.json`: tokens of an older key stay valid until they expire. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Secret keys for something else, one of each signing key, newest first: there is one secret to keep and to rotate. */
  deriveKeys(purpose: string): Buffer[];
}

/**
 * @param keys private keys as JWK (JSON) or PKCS #8 PEM, newest first: the first one signs
 * @throws ConfigError when one is no Ed25519 private key; the message does not show it
 */
export async function createAccessTokens(
  keys: readonly string[],
  clock: Clock,
): Promise<AccessTokens> {
  const parsed = await Promise.all(keys.map(parseSigningKey));
  const [newest] = parsed;
  if (newest === undefined) throw new ConfigError(['signingKeys needs a key']);
  return {
    jwks: { keys: parsed.map(({ publicJwk }) => publicJwk) },
    deriveKeys: (purpose) =>
      parsed.map(({ seed }) => Buffer.from(hkdfSync('sha256', seed, '', `pcc-lms ${purpose}`, 32))),
    async sign({ userId, sessionId, role, actorId }) {
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      const expiresAt = issuedAt + accessTokenSeconds;
      const token = await new SignJWT({ sid: sessionId, role, ...actClaim(actorId) })
        .setProtectedHeader({ alg: algorithm, kid: newest.publicJwk.kid ?? '', typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(newest.privateKey);
      return { token, expiresAt: new Date(expiresAt * 1000) };
    },
  };
}

/** A new private key as JWK text: to be kept secret, and passed in `signingKeys`. */
export async function generateSigningKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

async function parseSigningKey(text: string, index: number): Promise<SigningKey> {
  try {
    const privateKey = text.trimStart().startsWith('{')
      ? await importJWK(JSON.parse(text) as JWK, algorithm, { extractable: true })
      : await importPKCS8(text, algorithm, { extractable: true });
    if (privateKey instanceof Uint8Array || privateKey.type !== 'private') {
      throw new TypeError('not a private key');
    }
    const { kty, crv, x, d } = await exportJWK(privateKey);
    if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined || d === undefined) {
      throw new TypeError('not Ed25519');
    }
    const kid = await calculateJwkThumbprint({ kty, crv, x });
    const publicJwk = { kty, crv, x, kid, alg: algorithm, use: 'sig' };
    return { privateKey, seed: Buffer.from(d, 'base64url'), publicJwk };
  } catch (error) {
    // The cause may quote the key, so it goes nowhere.
    throw new ConfigError([
      `signing key ${index + 1} is not an Ed25519 private key as JWK or PKCS #8 PEM (${error instanceof Error ? error.name : 'unreadable'})`,
    ]);
  }
}
