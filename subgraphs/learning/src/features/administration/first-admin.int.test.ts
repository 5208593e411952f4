import { newId } from '@pcc/platform';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { visitor } from '../../test-sessions.js';
import { startTestLearning, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
const { register, logIn, isLive } = visitor(() => learning);

describe('the operator', () => {
  const email = () => `${newId()}@example.test`;

  it('makes an admin who sets her own password, or of whom there is an account; again it changes nothing', async () => {
    const { makeAdmin } = learning.running;
    const address = email();
    const made = await makeAdmin({ email: address, name: 'Ada' });
    expect(made).toMatchObject({ ok: true, value: { outcome: 'CREATED' } });
    const token = made.ok ? made.value.token : null;
    const account = { email: address, password: 'another horse battery' };
    expect((await logIn(account)).code).toBe('INVALID_CREDENTIALS');
    const set = { token, newPassword: account.password };
    expect(await learning.anonymous.refusal('resetPassword', set)).toBeUndefined();
    expect(decodeJwt((await logIn(account)).session?.accessToken ?? '')['role']).toBe('admin');
    const again = await makeAdmin({ email: address });
    expect(again).toMatchObject({ ok: true, value: { outcome: 'ALREADY_ADMIN', token: null } });

    const { session, userId, account: learner } = await register();
    const promoted = await makeAdmin({ email: ` ${learner.email.toUpperCase()}` });
    expect(promoted).toEqual({ ok: true, value: { userId, outcome: 'PROMOTED', token: null } });
    expect(await isLive(session)).toBe(false);
    expect(decodeJwt((await logIn(learner)).session?.accessToken ?? '')['role']).toBe('admin');
  });

  it('may give the password, which must be a good one', async () => {
    const { makeAdmin } = learning.running;
    const account = { email: email(), password: 'another horse battery' };
    expect(await makeAdmin({ ...account, password: 'short' })).toMatchObject({
      ok: false,
      errors: [{ code: 'WEAK_PASSWORD' }],
    });
    expect(await makeAdmin({ email: 'x' })).toMatchObject({
      ok: false,
      errors: [{ code: 'INVALID_EMAIL' }],
    });
    expect(await makeAdmin(account)).toMatchObject({ value: { token: null } });
    expect((await logIn(account)).code).toBeUndefined();
  });

  it('is the only one who reaches the route', async () => {
    const response = await fetch(new URL('/internal/admins/create', learning.url), {
      method: 'POST',
      body: JSON.stringify({ email: email() }),
    });
    expect(response.status).toBe(401);
  });
});
