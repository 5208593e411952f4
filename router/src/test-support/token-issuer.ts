import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '@pcc/platform';
import type { RedisPorts } from '@pcc/stores';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Signs access tokens as learning does, and publishes its keys. */
export async function startTokenIssuer(redis: Pick<RedisPorts, 'sessions'>) {
  let signing = await newKey('first');
  let published = [signing.jwk];
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let sessions = 0;
  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    /** Opens a session and signs its token. */
    async signIn(id: string, role: Role, seconds = 900) {
      const sessionId = `session-${++sessions}`;
      const expiresAt = new Date(Date.now() + Math.max(seconds, 3_600) * 1_000);
      await redis.sessions.put({ id: sessionId, userId: id, expiresAt });
      const token = await sign({ sub: id, sid: sessionId, role }, seconds);
      return { token, sessionId, authorization: `Bearer ${token}` };
    },
    sign,
    /** From now on this signs too, with a new key; what the old one signed stays valid until `dropOldKeys`. */
    async rotate() {
      signing = await newKey(`key ${published.length}`);
      published = [signing.jwk, ...published];
    },
    dropOldKeys: () => void (published = [signing.jwk]),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  function sign(claims: Record<string, unknown>, seconds: number, issuer = 'pcc-lms') {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: signing.jwk.kid })
      .setIssuer(issuer)
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(signing.privateKey);
  }
}

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' } };
}
