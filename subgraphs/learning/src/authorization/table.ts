import { people, type Who } from './people.js';
import type { World } from './world.js';

export { people, type Who } from './people.js';

/** `ok`; `hidden`, for null and for an empty list; or the code of an error, the payload's or the whole request's. */
export type Outcome = 'ok' | 'hidden' | (string & {});
export type Expected = Readonly<Record<Who, Outcome>>;

/** An object of the graph, and the way to it. */
export interface Subject {
  readonly type: string;
  /** In words, for the name of the test. */
  readonly what: string;
  /** Puts a selection on the object into one on the query's root. */
  readonly reach: (world: World, who: Who) => Promise<(selection: string) => string>;
}

type TextFor = (world: World, who: Who) => string | Promise<string>;

/** Something that is asked of a subject for each person: a field, or whether it is shown at all. */
export interface FieldRow {
  readonly subject: Subject;
  /** With its arguments, if it needs any; null asks whether the subject itself is shown. */
  readonly field: TextFor | null;
  /** `Course.title`, `Query.me`, or `Course (reference)`. */
  readonly coordinate: string;
  readonly expected: Expected;
}

export interface MutationRow {
  readonly mutation: string;
  /** Tells rows of one mutation from each other. */
  readonly what: string;
  /** Made anew for each person; null for a mutation without one. */
  readonly input: (world: World, who: Who) => Promise<object | null> | object | null;
  readonly expected: Expected;
}

/** What a feature's `authorization-rows.ts` exports. */
export interface AuthorizationRows {
  readonly fieldRows: readonly FieldRow[];
  readonly mutationRows: readonly MutationRow[];
}

export const everybody = (outcome: Outcome): Expected =>
  Object.fromEntries(people.map((who) => [who, outcome])) as Record<Who, Outcome>;

/** Shown to these, hidden from the others. */
export const shownTo = (...those: Who[]): Expected => ({
  ...everybody('hidden'),
  ...Object.fromEntries(those.map((who) => [who, 'ok'])),
});

export const signedIn = shownTo('student', 'enrolled', 'otherTeacher', 'owner', 'admin');
export const ownerAndAdmin = shownTo('owner', 'admin');

/** Of a list that the owner and admins have; the others are refused. */
export const forTeachers: Expected = {
  ...everybody('FORBIDDEN'),
  anonymous: 'UNAUTHENTICATED',
  owner: 'ok',
  admin: 'ok',
};

/** Of a mutation for the authors of a course. @param ofOthers what an instructor of another course is told */
export const authors = (ofOthers: Outcome): Expected => ({
  anonymous: 'UNAUTHENTICATED',
  student: 'FORBIDDEN',
  enrolled: 'FORBIDDEN',
  otherTeacher: ofOthers,
  owner: 'ok',
  admin: 'ok',
});

/** Of a mutation for admins. */
export const adminsOnly: Expected = {
  ...everybody('FORBIDDEN'),
  anonymous: 'UNAUTHENTICATED',
  admin: 'ok',
};

/** Of a mutation for learners of a course. @param others what people are told who do not learn there */
export const learners = (others: Outcome): Expected => ({
  ...everybody(others),
  anonymous: 'UNAUTHENTICATED',
  enrolled: 'ok',
});

/** An entity as the router asks for it. */
export const entity = (
  type: string,
  what: string,
  idOf: (world: World, who: Who) => string | undefined | Promise<string | undefined>,
): Subject => ({
  type,
  what,
  reach: async (world, who) => {
    const representation = `{ __typename: "${type}", id: ${JSON.stringify(await idOf(world, who))} }`;
    return (selection) =>
      `_entities(representations: [${representation}]) { ... on ${type} { ${selection} } }`;
  },
});

/** An object that is reached through a field of another. @param field with its arguments, if it needs any */
export const through = (parent: Subject, field: string, type: string, what: string): Subject => ({
  type,
  what,
  reach: async (world, who) => {
    const outer = await parent.reach(world, who);
    return (selection) => outer(`${field} { ${selection} }`);
  },
});

/** An object that a query answers. @param field with its arguments */
export const answerOf = (type: string, what: string, field: TextFor): Subject => ({
  type,
  what,
  reach: async (world, who) => {
    const query = await field(world, who);
    return (selection) => `${query} { ${selection} }`;
  },
});

/** Of a field that may have arguments behind it. */
const nameOf = (field: string) => /^\w+/.exec(field)?.[0] ?? field;

/** One row for each of these fields of a subject, alike for all of them. */
export const fields = (
  subject: Subject,
  names: readonly string[],
  expected: Expected,
): FieldRow[] =>
  names.map((field) => ({
    subject,
    field: () => field,
    coordinate: `${subject.type}.${nameOf(field)}`,
    expected,
  }));

/** Whether an entity is shown to whoever asks for it by its id. */
export const reference = (subject: Subject, expected: Expected): FieldRow => ({
  subject,
  field: null,
  coordinate: `${subject.type} (reference)`,
  expected,
});

/** A field of Query. @param field with its arguments */
export const query = (
  name: string,
  what: string,
  field: TextFor,
  expected: Expected,
): FieldRow => ({
  subject: { type: 'Query', what: `${name}, ${what}`, reach: async () => (selection) => selection },
  field,
  coordinate: `Query.${name}`,
  expected,
});

export const mutation = (
  name: string,
  what: string,
  input: MutationRow['input'],
  expected: Expected,
): MutationRow => ({ mutation: name, what, input, expected });

/** The fields that every connection has, and those of its edges. */
export const connectionFields = (
  parent: Subject,
  field: string,
  type: string,
  expected: Expected,
): FieldRow[] => {
  const connection = through(parent, field, `${type}Connection`, `${field} of ${parent.what}`);
  const edge = through(connection, 'edges', `${type}Edge`, `an edge of ${connection.what}`);
  return [
    ...fields(connection, ['nodes', 'edges', 'pageInfo', 'totalCount'], expected),
    ...fields(edge, ['node', 'cursor'], expected),
  ];
};

/** Something more that the rows of one feature need; made once for a world, when a row asks for it first. */
export function fixture<Value>(make: (world: World) => Promise<Value>) {
  const made = new WeakMap<World, Promise<Value>>();
  return (world: World): Promise<Value> => {
    const value = made.get(world) ?? make(world);
    made.set(world, value);
    return value;
  };
}
