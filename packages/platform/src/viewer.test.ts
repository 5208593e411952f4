import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { AppError } from './errors.js';
import { createViewer, viewerSigner, viewerVerifier } from './viewer.js';

const oldSecret = 'old-secret-0123456789-0123456789-0123';
const newSecret = 'new-secret-0123456789-0123456789-0123';
const ana = { id: 'ana', role: 'instructor', sessionId: 's1' } as const;

describe('a signed viewer', () => {
  it('arrives as it was sent', async () => {
    const viewer = await viewerVerifier([newSecret]).verify(
      await viewerSigner([newSecret]).sign(ana),
    );
    expect(viewer).toMatchObject({ id: 'ana', role: 'instructor', sessionId: 's1' });
  });

  it('names the admin who acts as her, to whom some things are forbidden', async () => {
    const [signer, verifier] = [viewerSigner([newSecret]), viewerVerifier([newSecret])];
    const herself = await verifier.verify(await signer.sign(ana));
    expect([herself.mustBeHerself(), herself.actorId, herself.impersonatorId]).toEqual([
      'ana',
      'ana',
      null,
    ]);
    const token = await signer.sign({ ...ana, impersonatorId: 'ada' });
    const impersonated = await verifier.verify(token);
    expect(impersonated).toMatchObject({ id: 'ana', actorId: 'ada', impersonatorId: 'ada' });
    expect(() => impersonated.mustBeHerself()).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });

  it('may be nobody', async () => {
    const token = await viewerSigner([newSecret]).sign(null);
    const viewer = await viewerVerifier([newSecret]).verify(token);
    expect(viewer.isSignedIn).toBe(false);
    expect(() => viewer.mustBeSignedIn()).toThrow(AppError);
  });

  it('is accepted while its key rotates', async () => {
    const token = await viewerSigner([oldSecret]).sign(ana);
    expect((await viewerVerifier([newSecret, oldSecret]).verify(token)).id).toBe('ana');
  });

  it.each([
    ['missing', async () => undefined],
    ['signed with another key', async () => viewerSigner([oldSecret]).sign(ana)],
    ['not a token', async () => 'x.y.z'],
    [
      'expired',
      async () =>
        new SignJWT({ role: 'admin', sid: 's' })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('pcc-router')
          .setSubject('eve')
          .setExpirationTime(Math.floor(Date.now() / 1000) - 60)
          .sign(new TextEncoder().encode(newSecret)),
    ],
    [
      'of an unknown role',
      async () =>
        new SignJWT({ role: 'root', sid: 's' })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('pcc-router')
          .setSubject('eve')
          .setExpirationTime('1m')
          .sign(new TextEncoder().encode(newSecret)),
    ],
    [
      'acted for by nobody',
      async () =>
        new SignJWT({ role: 'student', sid: 's', act: {} })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('pcc-router')
          .setSubject('eve')
          .setExpirationTime('1m')
          .sign(new TextEncoder().encode(newSecret)),
    ],
  ])('is refused when %s', async (_name, token) => {
    await expect(viewerVerifier([newSecret]).verify(await token())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('mustHaveRole', () => {
  it('lets the named roles pass and no other', () => {
    const viewer = createViewer(ana);
    expect(viewer.mustHaveRole('instructor', 'admin')).toBe('ana');
    expect(() => viewer.mustHaveRole('admin')).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });
});
