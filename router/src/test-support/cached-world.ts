import { viewerHeader, viewerVerifier } from '@pcc/platform';
import { testSecrets } from '@pcc/testkit';

/** A repeatable source of numbers from 0 to 1. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface Context {
  readonly headers: Readonly<Record<string, string>>;
}

export const courseIds = ['c1', 'c2', 'c3'];
export const people = ['ada', 'bob', 'eve'];
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What the subgraphs store: a version of each course for everyone, and of each person's note on it. */
export function startWorld() {
  const verifier = viewerVerifier(testSecrets);
  const who = async ({ headers }: Context) =>
    (await verifier.verify(headers[viewerHeader])).id ?? 'nobody';
  const versions = new Map(courseIds.map((id) => [id, 0]));
  const notes = new Map<string, number>();
  /** Answers late with what was true early, as a busy subgraph does. */
  const slow = { ms: 0 };
  const late = async <Value>(value: Value): Promise<Value> => {
    await pause(slow.ms || Math.random() * 8);
    return value;
  };
  const definitions = {
    catalogue: {
      typeDefs: `type Query { courses: [Course!]! draft: Course! } type Course @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          courses: () => courseIds.map((id) => ({ id })),
          draft: () => ({ id: 'draft' }),
        },
      },
    },
    facts: {
      cacheControl: 'public, max-age=60',
      typeDefs: `type Course @key(fields: "id") { id: ID! version: Int! title: String }
        type Query { factsUp: Boolean }
        type Mutation { raise(id: ID!): Course! raiseQuietly(id: ID!): Boolean! }`,
      resolvers: {
        Course: {
          __resolveReference: ({ id }: { id: string }) => (id === 'draft' ? null : { id }),
          version: ({ id }: { id: string }) => late(versions.get(id)),
          title: ({ id }: { id: string }) => id,
        },
        Mutation: {
          raise: (_: unknown, { id }: { id: string }) => {
            versions.set(id, (versions.get(id) ?? 0) + 1);
            return { id };
          },
          raiseQuietly: (_: unknown, { id }: { id: string }) => {
            versions.set(id, (versions.get(id) ?? 0) + 1);
            return true;
          },
        },
      },
    },
    own: {
      cacheControl: 'private, max-age=60',
      typeDefs: `type Course @key(fields: "id") { id: ID! note: String! }
        type Query { ownUp: Boolean }
        type Mutation { write(id: ID!): Boolean! }`,
      resolvers: {
        Course: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          note: async ({ id }: { id: string }, _args: unknown, context: Context) => {
            const person = await who(context);
            return late(`${person}:${notes.get(`${person} ${id}`) ?? 0}`);
          },
        },
        Mutation: {
          write: async (_: unknown, { id }: { id: string }, context: Context) => {
            const key = `${await who(context)} ${id}`;
            notes.set(key, (notes.get(key) ?? 0) + 1);
            return true;
          },
        },
      },
    },
  };
  return { versions, notes, slow, definitions };
}

/** As clients see it. */
export interface Course {
  readonly id: string;
  readonly version: number;
  readonly note: string;
}
