import { graphClient, waitFor } from '@pcc/testkit';
import { describe, expect, inject, it } from 'vitest';
import { newStudent, signedInAs, visitor } from './graph.js';

interface Impersonation {
  readonly accessToken: string;
  readonly user: { readonly id: string };
}

const codesOf = (errors: readonly { extensions?: Readonly<Record<string, unknown>> }[] = []) =>
  errors.map(({ extensions }) => extensions?.['code']);

describe('an admin who acts as somebody', () => {
  it('is that person in every subgraph, but for her credentials; the audit trail tells', async () => {
    const { id, account } = await newStudent();
    const admin = await signedInAs('admin');
    const { me: ada } = await admin.run<{ me: { id: string } }>('{ me { id } }');
    const reason = `Ticket ${id}`;
    const { impersonateUser } = await admin.run<{
      impersonateUser: { impersonation: Impersonation };
    }>(
      `mutation ($id: ID!, $reason: String!) {
         impersonateUser(input: { userId: $id, reason: $reason }) {
           impersonation { accessToken user { id } } userErrors { code }
         }
       }`,
      { id, reason },
    );
    const { accessToken, user } = impersonateUser.impersonation;
    expect(user.id).toBe(id);
    const asHer = graphClient(inject('platform').url, accessToken);
    const seen = await asHer.run(
      '{ me { id email orders { nodes { id } } notifications { nodes { id } } } }',
    );
    expect(seen).toMatchObject({ me: { id, email: account.email, orders: { nodes: [] } } });
    const { errors } = await asHer.query(
      `mutation ($now: String!) {
         changePassword(input: { currentPassword: $now, newPassword: "another horse" }) { changed }
       }`,
      { now: account.password },
    );
    expect(codesOf(errors)).toEqual(['FORBIDDEN']);
    expect(codesOf((await asHer.query('{ systemEvents { totalCount } }')).errors)).toEqual([
      'FORBIDDEN',
    ]);

    await waitFor(
      async () => {
        const { systemEvents } = await admin.run<{
          systemEvents: {
            nodes: { actor: { id: string }; subjectId: string; details: { reason: string } }[];
          };
        }>(
          '{ systemEvents(action: "impersonation.started") { nodes { actor { id } subjectId details } } }',
        );
        return systemEvents.nodes.find(
          (event) =>
            event.actor.id === ada.id && event.subjectId === id && event.details.reason === reason,
        );
      },
      { what: 'the audit trail to tell of it' },
    );
    await asHer.run('mutation { logOut { sessionId userErrors { code } } }');
    expect(codesOf((await asHer.query('{ me { id } }')).errors)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('somebody suspended', () => {
  it('is out at once, whatever token she has', async () => {
    const { id, account, client } = await newStudent();
    expect(await client.run('{ me { id } }')).toEqual({ me: { id } });
    const admin = await signedInAs('admin');
    await admin.run(
      'mutation ($id: ID!) { suspendUser(input: { userId: $id }) { userErrors { code } } }',
      { id },
    );
    expect(codesOf((await client.query('{ me { id } }')).errors)).toEqual(['UNAUTHENTICATED']);
    await expect(visitor().signIn(account)).rejects.toThrow('ACCOUNT_SUSPENDED');
  });
});
