import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, password, visitor } from '../../test-sessions.js';
import { startTestLearning, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
const { apply, verify, register, logIn, isLive } = visitor(() => learning);

const ask = (input: object) =>
  learning.anonymous.do('register', { password, displayName: 'Pat', ...input }, 'accepted');
const mailsTo = async (email: string) => (await learning.mails()).filter(({ to }) => to === email);
/** Whatever is queued has been dealt with. */
const mailsAreDone = () =>
  waitFor(async () => {
    const [row] = await learning.sql<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM learning.mail_queue WHERE sent_at IS NULL AND failed_at IS NULL`,
    );
    return row?.waiting === 0;
  });

describe('register', () => {
  it('and the link in the mail make a student, signed in with a token that the published keys verify', async () => {
    const { session, userId, account } = await register();
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', learning.url));
    const { payload } = await jwtVerify(session.accessToken, keys, { issuer: 'pcc-lms' });
    expect(payload).toMatchObject({ sub: userId, role: 'student' });
    expect(session.user).toEqual({ id: userId, email: account.email });
    expect(await isLive(session)).toBe(true);
    expect((await logIn(account)).code).toBeUndefined();
    await learning.heard('user.registered', (data) => data.userId === userId);
    const events = learning.told.filter(({ aggregateId }) => aggregateId === userId);
    expect(JSON.stringify(events)).not.toContain('@');
  });

  it('makes nobody before the address is verified', async () => {
    const account = newAccount();
    await apply(account);
    expect((await logIn(account)).code).toBe('INVALID_CREDENTIALS');
  });

  it('writes in the language of the person, with a link and a code', async () => {
    for (const [language, word] of [
      ['EN', 'Open this link'],
      ['ES', 'Abra este enlace'],
      ['PT', 'Abra este link'],
    ] as const) {
      const { email } = newAccount();
      await ask({ email, language });
      const { text, link, token } = await learning.mailTo(email);
      expect(text).toContain(word);
      expect(link).toBe(`http://lms.test/verify-email?token=${token}`);
      expect(text).toContain(`${link}\n`);
      expect(text).not.toContain('Pat');
    }
  });

  it('reports all that is wrong, and writes to nobody then', async () => {
    const wrong = { email: 'nobody@', password: 'short', displayName: ' \u0000' };
    const answer = await ask({ ...wrong, timeZone: 'Mars/Olympus' });
    expect(answer).toMatchObject({ accepted: null });
    expect(answer.userErrors.map(({ code, field }) => [code, field?.[1]])).toEqual(
      expect.arrayContaining([
        ['INVALID_EMAIL', 'email'],
        ['WEAK_PASSWORD', 'password'],
        ['INVALID_INPUT', 'displayName'],
        ['INVALID_INPUT', 'timeZone'],
      ]),
    );
  });

  it('does the same, in answer, statements and rows, for an address in any spelling that has an account', async () => {
    const { account } = await register();
    const known = `  ${account.email.toUpperCase()} `;
    const unknown = newAccount().email;
    const rows = async () => {
      const [row] = await learning.sql<Record<string, number>>(
        `SELECT (SELECT count(*)::int FROM learning.pending_registrations) AS pending,
                (SELECT count(*)::int FROM learning.mail_queue) AS mails,
                (SELECT count(*)::int FROM learning.mail_limits) AS limits`,
      );
      return row ?? {};
    };
    // The address of the account has been counted already, when it was registered.
    await learning.sql('DELETE FROM learning.mail_limits');
    const seen = [];
    for (const email of [unknown, known]) {
      const before = await rows();
      let answer: unknown;
      const statements = await learning.statements(async () => (answer = await ask({ email })));
      const after = await rows();
      const written = Object.keys(after).map((table) => [
        table,
        (after[table] ?? 0) - (before[table] ?? 0),
      ]);
      seen.push({ answer, statements, written });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.written).toEqual([
      ['pending', 1],
      ['mails', 1],
      ['limits', 1],
    ]);

    const { subject, token, link } = await learning.mailTo(
      account.email,
      (mail) => mail.token === null,
    );
    expect([subject, token, link]).toEqual([
      'You have an account already',
      null,
      'http://lms.test/forgot-password',
    ]);
    expect((await logIn(account)).code).toBeUndefined();
  });

  it('hashes a password for an address that has an account, too', async () => {
    const { account } = await register();
    await ask({ email: account.email });
    const [row] = await learning.sql(
      'SELECT password_hash FROM learning.pending_registrations WHERE email = $1',
      [account.email],
    );
    expect(row).toEqual({ password_hash: expect.stringMatching(/^\$argon2id\$/) as string });
  });

  it('writes no more than three mails an hour to an address, and says nothing of it', async () => {
    const { email } = newAccount();
    for (let time = 1; time <= 5; time++) {
      expect(await ask({ email })).toEqual({ accepted: true, userErrors: [] });
    }
    await mailsAreDone();
    expect(await mailsTo(email)).toHaveLength(3);
    // What was left out has not spoilt the link that somebody has.
    const [latest] = await mailsTo(email);
    expect((await verify(latest?.token ?? '')).code).toBeUndefined();
    learning.clock.pass(60 * 60_000 + 1_000);
    await ask({ email });
    await learning.mailTo(email, ({ subject }) => subject === 'You have an account already');
  });

  it('keeps no token and no password at rest', async () => {
    const { session, account } = await register();
    const { token } = await apply(newAccount());
    const code = token?.split('.')[1] ?? '';
    expect(code).toHaveLength(43);
    const tables = await learning.sql<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'learning'::regnamespace AND relkind = 'r'`,
    );
    for (const { name } of tables) {
      const rows = JSON.stringify(await learning.sql(`SELECT t::text FROM learning."${name}" t`));
      for (const secret of [code, session.refreshToken, account.password]) {
        expect(rows).not.toContain(secret);
      }
    }
  });
});

describe('verifyEmail', () => {
  it('refuses a token that is forged, used, or too old, or whose address has an account by now', async () => {
    const account = newAccount();
    const other = (await apply(account)).token ?? '';
    await ask(account);
    const { token } = await learning.mailTo(account.email, (mail) => mail.token !== other);
    const [id = '', code = ''] = token?.split('.') ?? [];
    for (const wrong of ['', 'x', `${newId()}.${code}`, `${id}.${code.slice(1)}A`]) {
      expect(await verify(wrong)).toEqual({ session: null, code: 'INVALID_TOKEN' });
    }
    expect((await verify(token ?? '')).code).toBeUndefined();
    for (const over of [token ?? '', other]) {
      expect((await verify(over)).code).toBe('INVALID_TOKEN');
    }
    const late = await apply(newAccount());
    learning.clock.pass(24 * 60 * 60_000 + 1_000);
    expect((await verify(late.token ?? '')).code).toBe('INVALID_TOKEN');
  });

  it('gives nobody an account whose password a stranger has chosen, by registering the address too', async () => {
    const { email } = newAccount();
    const hers = await apply({ email, password: 'her own password' });
    await ask({ email, password: 'the password of a stranger' });
    const strangers = await learning.mailTo(email, ({ id }) => id !== hers.id);
    // She takes the newest mail for hers; the stranger has no mail at all.
    expect(await verify(strangers.token ?? '', 'her own password')).toEqual({
      session: null,
      code: 'INVALID_CREDENTIALS',
    });
    expect((await verify(hers.token ?? '', 'her own password')).code).toBeUndefined();
    const guess = { email, password: 'the password of a stranger' };
    expect((await logIn(guess)).code).toBe('INVALID_CREDENTIALS');
    expect((await verify(strangers.token ?? '', guess.password)).code).toBe('INVALID_TOKEN');
  });

  it('makes no second account of an address that got one otherwise meanwhile', async () => {
    const account = newAccount();
    const { token } = await apply(account);
    await learning.running.createAccount({ ...account, displayName: 'Other', role: 'instructor' });
    expect((await verify(token ?? '')).code).toBe('INVALID_TOKEN');
  });
});
