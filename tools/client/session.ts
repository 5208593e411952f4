import type { Credentials } from './accounts.js';
import { ClientError } from './errors.js';
import type { GraphqlClient, TokenSource } from './graphql-client.js';
import {
  logInOperation,
  logOutOperation,
  meOperation,
  refreshSessionOperation,
  type SessionData,
} from './session-operations.js';

/** Somebody signed in. */
export interface Session {
  readonly client: GraphqlClient;
  readonly user: SessionData['user'];
  /** Ends the session on the platform too: people have only a few. */
  logOut(): Promise<void>;
}

const renewBeforeEndMs = 60_000;

/** Signs in with e-mail and password; a long run renews its access token by itself. */
export async function signIn(anonymous: GraphqlClient, credentials: Credentials): Promise<Session> {
  const { logIn } = await anonymous.request(logInOperation, { input: { ...credentials } });
  const client = anonymous.as(renewingToken(anonymous, logIn.session));
  return {
    client,
    user: logIn.session.user,
    logOut: async () => {
      await client.request(logOutOperation, {});
    },
  };
}

/** Uses an access token that somebody else obtained. @throws ClientError when it is not valid */
export async function signInWithToken(anonymous: GraphqlClient, token: string): Promise<Session> {
  const client = anonymous.as(async () => token);
  const { me } = await client.request(meOperation, {});
  if (me === null) throw new ClientError('The token in PCC_TOKEN belongs to nobody.');
  // The session belongs to whoever made the token.
  return { client, user: me, logOut: async () => undefined };
}

function renewingToken(anonymous: GraphqlClient, first: SessionData): TokenSource {
  let session = Promise.resolve(first);
  let renewAt = renewalTime(first);
  const renew = async (old: SessionData): Promise<SessionData> => {
    const { refreshToken } = old;
    const answer = await anonymous.request(refreshSessionOperation, { input: { refreshToken } });
    renewAt = renewalTime(answer.refreshSession.session);
    return answer.refreshSession.session;
  };
  return async () => {
    if (Date.now() >= renewAt) {
      // A refresh token works once: everybody who asks meanwhile waits for the same renewal.
      renewAt = Number.POSITIVE_INFINITY;
      session = session.then(renew);
    }
    return (await session).accessToken;
  };
}

const renewalTime = ({ expiresAt }: SessionData): number =>
  Date.parse(expiresAt) - renewBeforeEndMs;
