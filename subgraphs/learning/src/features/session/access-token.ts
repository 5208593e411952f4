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
import { ConfigError, type Clock, type Role } from '@pcc/platform';

const algorithm = 'EdDSA';
const issuer = 'pcc-lms';

/** Short, because it is believed without asking anyone but the session store (DESIGN section 9). */
export const accessTokenSeconds = 15 * 60;

interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export interface AccessTokens {
  sign(claims: {
    userId: string;
    sessionId: string;
    role: Role;
  }): Promise<{ token: string; expiresAt: Date }>;
  /** The public keys, for `/.well-known/jwks.json`: tokens of an older key stay valid until they expire. */
  readonly jwks: { readonly keys: readonly JWK[] };
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
    async sign({ userId, sessionId, role }) {
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      const expiresAt = issuedAt + accessTokenSeconds;
      const token = await new SignJWT({ sid: sessionId, role })
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
    const { kty, crv, x } = await exportJWK(privateKey);
    if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new TypeError('not Ed25519');
    const kid = await calculateJwkThumbprint({ kty, crv, x });
    return { privateKey, publicJwk: { kty, crv, x, kid, alg: algorithm, use: 'sig' } };
  } catch (error) {
    // The cause may quote the key, so it goes nowhere.
    throw new ConfigError([
      `signing key ${index + 1} is not an Ed25519 private key as JWK or PKCS #8 PEM (${error instanceof Error ? error.name : 'unreadable'})`,
    ]);
  }
}
