import { viewerHeader, viewerSigner, type Role, type SignedInViewer } from '@pcc/platform';

/** The signing secrets of every subgraph that a test starts. */
export const testSecrets: readonly string[] = ['only-for-tests-0123456789-0123456789'];

/** A GraphQL answer. `Data` is the test's own claim about the document it sent. */
export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

export interface ViewerClient {
  query<Data = Record<string, unknown>>(
    document: string,
    variables?: Record<string, unknown>,
  ): Promise<Answer<Data>>;
  /** Posts to any path of the subgraph, signed: the internal endpoints. */
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
}

export interface SignedClient {
  readonly anonymous: ViewerClient;
  /** Acts as this person, with a session of its own. */
  as(viewer: { id: string; role?: Role }): ViewerClient;
}

/** Talks to one subgraph as the router would. @param options.url of the subgraph's `/graphql` or its root */
export function signedClient(options: {
  readonly url: string;
  readonly secrets?: readonly string[];
}): SignedClient {
  const signer = viewerSigner(options.secrets ?? testSecrets);
  const clientOf = (viewer: SignedInViewer | null): ViewerClient => {
    const post = async (path: string, body: unknown) =>
      fetch(new URL(path, options.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [viewerHeader]: await signer.sign(viewer),
        },
        body: JSON.stringify(body),
      });
    return {
      async query<Data>(query: string, variables: Record<string, unknown> = {}) {
        const response = await post('/graphql', { query, variables });
        const body = (await response.json()) as Pick<Answer<Data>, 'data' | 'errors'>;
        return { status: response.status, headers: response.headers, ...body };
      },
      async post(path, body) {
        const response = await post(path, body);
        return { status: response.status, body: await response.json() };
      },
    };
  };
  return {
    anonymous: clientOf(null),
    as: ({ id, role = 'student' }) => clientOf({ id, role, sessionId: `session-of-${id}` }),
  };
}
