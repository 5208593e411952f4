import { generateKeyPairSync } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose';
import { expect, it } from 'vitest';
import { ConfigError, newId, systemClock } from '@pcc/platform';
import { accessTokenSeconds, createAccessTokens, generateSigningKey } from './access-token.js';

const claims = { userId: newId(), sessionId: newId(), role: 'student' } as const;

it('signs tokens that its public keys verify', async () => {
  const tokens = await createAccessTokens([await generateSigningKey()], systemClock);
  const { token, expiresAt } = await tokens.sign(claims);
  const { payload } = await jwtVerify(
    token,
    createLocalJWKSet(structuredClone(tokens.jwks) as JSONWebKeySet),
    {
      issuer: 'pcc-lms',
      algorithms: ['EdDSA'],
    },
  );
  expect(payload).toMatchObject({ sub: claims.userId, sid: claims.sessionId, role: 'student' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(accessTokenSeconds);
  expect(expiresAt.getTime()).toBe((payload.exp ?? 0) * 1000);
});

it('publishes no private part, and keeps an older key verifying', async () => {
  const old = await generateSigningKey();
  const before = await createAccessTokens([old], systemClock);
  const after = await createAccessTokens([await generateSigningKey(), old], systemClock);
  expect(JSON.stringify(after.jwks)).not.toContain('"d"');
  expect(after.jwks.keys).toHaveLength(2);
  const { token } = await before.sign(claims);
  const keys = createLocalJWKSet(structuredClone(after.jwks) as JSONWebKeySet);
  await expect(jwtVerify(token, keys)).resolves.toBeDefined();
  const { token: newer } = await after.sign(claims);
  expect(decodeProtectedHeader(newer).kid).toBe(after.jwks.keys[0]?.kid);
});

it('names the admin who acts as somebody', async () => {
  const tokens = await createAccessTokens([await generateSigningKey()], systemClock);
  const { token } = await tokens.sign({ ...claims, actorId: 'ada' });
  expect(decodeJwt(token)).toMatchObject({ sub: claims.userId, act: { sub: 'ada' } });
  expect(decodeJwt((await tokens.sign(claims)).token)).not.toHaveProperty('act');
});

it('derives keys: the same of one signing key however it is written, others for another purpose', async () => {
  const pair = generateKeyPairSync('ed25519');
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const jwk = JSON.stringify(pair.privateKey.export({ format: 'jwk' }));
  const keysOf = async (keys: string[], purpose: string) =>
    (await createAccessTokens(keys, systemClock))
      .deriveKeys(purpose)
      .map((key) => key.toString('hex'));
  const [key] = await keysOf([pem], 'mails');
  expect(key).toHaveLength(64);
  expect(await keysOf([await generateSigningKey(), jwk], 'mails')).toEqual([
    expect.not.stringMatching(key ?? ''),
    key,
  ]);
  expect(await keysOf([pem], 'else')).not.toEqual([key]);
});

it('takes PKCS #8 PEM as well', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const tokens = await createAccessTokens([pem], systemClock);
  expect(tokens.jwks.keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
});

it('refuses what is no Ed25519 private key, without showing it', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const { d: _secret, ...publicOnly } = JSON.parse(await generateSigningKey()) as { d: string };
  for (const key of [
    'nonsense-secret',
    '{"kty":"nonsense-secret"}',
    JSON.stringify(publicOnly),
    rsa,
  ]) {
    const failure = await createAccessTokens([key], systemClock).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).not.toContain('nonsense-secret');
  }
  await expect(createAccessTokens([], systemClock)).rejects.toThrow(ConfigError);
});
