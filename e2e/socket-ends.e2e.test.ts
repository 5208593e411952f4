import { graphClient, waitFor } from '@pcc/testkit';
import { createClient } from 'graphql-ws';
import { describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { newStudent, signedInAs } from './graph.js';

/** A new student with an open socket, and how it was closed. */
async function studentOnSocket() {
  const { url } = inject('platform');
  const { id, account } = await newStudent();
  const { logIn } = await graphClient(url).run<{ logIn: { session: { accessToken: string } } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { session { accessToken } userErrors { code } } }',
    { input: account },
  );
  const { accessToken } = logIn.session;
  const state: { closed?: { code: number; at: number } } = {};
  let isConnected = false;
  createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${accessToken}` },
    onNonLazyError: () => undefined,
    on: {
      connected: () => (isConnected = true),
      closed: (event) =>
        (state.closed = { code: (event as { code: number }).code, at: Date.now() }),
    },
  });
  await waitFor(() => isConnected);
  return { id, state, client: graphClient(url, accessToken) };
}

describe('a socket of the whole platform is closed within a second', () => {
  it('when its person logs out', async () => {
    const { state, client } = await studentOnSocket();
    await client.run('mutation { logOut { sessionId userErrors { code } } }');
    const at = Date.now();
    const closed = await waitFor(() => state.closed);
    expect(closed.code).toBe(4403);
    expect(closed.at - at).toBeLessThan(1_000);
  });

  it('when its person gets another role', async () => {
    const { id, state } = await studentOnSocket();
    const admin = await signedInAs('admin');
    await admin.run(
      'mutation ($input: ChangeUserRoleInput!) { changeUserRole(input: $input) { userErrors { code } } }',
      { input: { userId: id, role: 'INSTRUCTOR' } },
    );
    const at = Date.now();
    const closed = await waitFor(() => state.closed);
    expect(closed.code).toBe(4403);
    expect(closed.at - at).toBeLessThan(1_000);
  });
});
