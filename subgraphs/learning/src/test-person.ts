import { viewerHeader, viewerSigner, type SignedInViewer } from '@pcc/platform';
import { testSecrets } from '@pcc/testkit';

interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: string[] | null;
}

/** What the graph answers. */
export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: { readonly code?: string };
  }[];
}

/** A person of a test, who asks as the router would ask for her. */
export interface Person {
  readonly id: string;
  /** Answers without errors. @throws Error with what the graph complained about */
  ask<Data>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  /** A mutation's payload: `do('enrollInCourse', { courseId }, 'enrollment { id }')`. */
  do<Value>(
    mutation: string,
    input: Record<string, unknown>,
    selection: string,
  ): Promise<Value & { userErrors: UserError[] }>;
  /** The code of the answer's first error, top-level or in the payload. */
  refusal(mutation: string, input: Record<string, unknown>): Promise<string | undefined>;
  /** The codes of a query's top-level errors. */
  errors(document: string, variables?: Record<string, unknown>): Promise<string[]>;
  /** The whole answer, whatever it is. */
  answer(document: string, variables?: Record<string, unknown>): Promise<Answer>;
}

/** @param viewer null for a visitor */
export function personOf(url: () => string, viewer: SignedInViewer | null): Person {
  const query = async (
    document: string,
    variables: Record<string, unknown> = {},
  ): Promise<Answer> => {
    const response = await fetch(new URL('/graphql', url()), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // The test kit's client makes up session ids; logging out needs a real one.
        [viewerHeader]: await viewerSigner(testSecrets).sign(viewer),
      },
      body: JSON.stringify({ query: document, variables }),
    });
    return { errors: [], ...((await response.json()) as Partial<Answer>) };
  };
  const mutate = (mutation: string, input: Record<string, unknown>, selection: string) => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    return query(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} userErrors { code message field } } }`,
      { input },
    );
  };
  return {
    id: viewer?.id ?? '',
    async ask<Data>(document: string, variables?: Record<string, unknown>) {
      const { data, errors } = await query(document, variables);
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      return data as Data;
    },
    async do<Value>(mutation: string, input: Record<string, unknown>, selection: string) {
      const { data, errors } = await mutate(mutation, input, selection);
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      return data?.[mutation] as Value & { userErrors: UserError[] };
    },
    async refusal(mutation, input) {
      const { data, errors } = await mutate(mutation, input, '');
      const [error] = errors;
      if (error !== undefined) return error.extensions?.code;
      return (data?.[mutation] as { userErrors: UserError[] }).userErrors[0]?.code;
    },
    async errors(document, variables) {
      const { errors } = await query(document, variables);
      return errors.map((error) => error.extensions?.code ?? error.message);
    },
    answer: query,
  };
}
