import { newId } from '@pcc/platform';
import { decodeJwt } from 'jose';
import type { TestLearning } from './test-support.js';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export const password = 'correct horse battery';
export const newAccount = () => ({ email: `${newId()}@example.test`, password });
export const sessionOf = (tokens: Tokens | null) =>
  String(decodeJwt(tokens?.accessToken ?? '')['sid']);

type Issued = (Tokens & { user: { id: string; email: string } }) | null;

/** Comes and goes as a visitor would. */
export const visitor = (learning: () => TestLearning) => {
  const issue = async (mutation: string, input: Record<string, unknown>) => {
    const answer = await learning().anonymous.do<{ session: Issued }>(
      mutation,
      input,
      'session { accessToken refreshToken user { id email } }',
    );
    return { session: answer.session, code: answer.userErrors[0]?.code };
  };
  const verify = (token: string, registered = password) =>
    issue('verifyEmail', { token, password: registered });
  /** Registers, and gives what the mail says. */
  const apply = async (account: { email: string; password: string }, displayName = 'Pat') => {
    const code = await learning().anonymous.refusal('register', { ...account, displayName });
    if (code !== undefined) throw new Error(code);
    return learning().mailTo(account.email);
  };
  return {
    apply,
    verify,
    register: async () => {
      const account = newAccount();
      const { token } = await apply(account);
      const { session, code } = await verify(token ?? '');
      if (session === null) throw new Error(code);
      return { account, session, userId: session.user.id };
    },
    logIn: (account: { email: string; password: string }) => issue('logIn', account),
    refresh: (refreshToken: string) => issue('refreshSession', { refreshToken }),
    isLive: (tokens: Tokens | null) => learning().redis.sessions.isLive(sessionOf(tokens)),
  };
};
