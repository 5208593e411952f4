import { randomUUID } from 'node:crypto';
import type { GraphClient } from './graph-client.js';
import { mailedToken, type Mailbox } from './mailbox.js';
import type { Account } from './platform-process.js';

export interface NewStudent {
  readonly id: string;
  readonly account: Account;
  /** Signed in. */
  readonly client: GraphClient;
}

/** Registers somebody as a person would: by the link in the mail. @param visitor nobody, at the router */
export async function registerStudent(
  visitor: GraphClient,
  mailbox: Mailbox,
  { displayName = 'A Student', ...given }: Partial<Account & { displayName: string }> = {},
): Promise<NewStudent> {
  const account = {
    email: `student-${randomUUID()}@example.test`,
    password: randomUUID(),
    ...given,
  };
  await visitor.run(
    `mutation ($input: RegisterInput!) {
       register(input: $input) { userErrors { code message } }
     }`,
    { input: { ...account, displayName } },
  );
  const token = await mailedToken(mailbox, account.email);
  const { verifyEmail } = await visitor.run<{
    verifyEmail: { session: { accessToken: string; user: { id: string } } };
  }>(
    `mutation ($token: String!, $password: String!) {
       verifyEmail(input: { token: $token, password: $password }) {
         session { accessToken user { id } } userErrors { code message }
       }
     }`,
    { token, password: account.password },
  );
  const { accessToken, user } = verifyEmail.session;
  return { id: user.id, account, client: visitor.withToken(accessToken) };
}
