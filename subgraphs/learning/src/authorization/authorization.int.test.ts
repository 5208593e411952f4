import { readdir } from 'node:fs/promises';
import { buildSchema, loadTypeDefs } from '@pcc/platform/graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvers } from '../resolvers.js';
import { coordinatesOf, selectionOf } from './coordinates.js';
import {
  people,
  type AuthorizationRows,
  type FieldRow,
  type MutationRow,
  type Outcome,
  type Subject,
  type Who,
} from './table.js';
import { makeWorld, type World } from './world.js';

/**
 * Who may see and do what: every query, mutation, entity reference and field, for each kind of person. The rows
 * lie beside the features, in `features/X/authorization-rows.ts`; `table.ts` has the words for them.
 */
const features = new URL('../features/', import.meta.url);
const schema = buildSchema(loadTypeDefs(features), resolvers);
const { fieldRows, mutationRows } = await collectRows();

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.learning.close());

async function collectRows(): Promise<AuthorizationRows> {
  const files = (await readdir(features, { recursive: true })).filter((file) =>
    file.endsWith('authorization-rows.ts'),
  );
  const found: AuthorizationRows[] = [];
  for (const file of files.sort()) {
    found.push((await import(new URL(file, features).pathname)) as AuthorizationRows);
  }
  return {
    fieldRows: found.flatMap((rows) => rows.fieldRows),
    mutationRows: found.flatMap((rows) => rows.mutationRows),
  };
}

/** For each person what she is answered. */
async function forEach<Answer>(ask: (who: Who) => Promise<Answer>) {
  const answers: Partial<Record<Who, Answer>> = {};
  for (const who of people) answers[who] = await ask(who);
  return answers as Record<Who, Answer>;
}

it('has a row for everything in the schema, and none for what is not there', () => {
  const covered = new Set([
    ...fieldRows.map(({ coordinate }) => coordinate),
    ...mutationRows.map(({ mutation }) => `Mutation.${mutation}`),
  ]);
  expect([...covered].sort()).toEqual(coordinatesOf(schema));
});

describe('is shown', () => {
  let asked: Record<Who, Outcome[]>;
  beforeAll(async () => {
    asked = await forEach((who) => askAll(who, fieldRows));
  });
  const bySubject = new Map<Subject, number[]>();
  fieldRows.forEach(({ subject }, index) => {
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), index]);
  });

  it.each(
    [...bySubject].map(([subject, rows]) => [`${subject.type}: ${subject.what}`, rows] as const),
  )('%s', (_name, indexes) => {
    const rows = indexes.map((index) => ({ ...(fieldRows[index] as FieldRow), index }));
    const outcomes = rows.map(({ coordinate, index }) => [
      coordinate,
      Object.fromEntries(people.map((who) => [who, asked[who][index]])),
    ]);
    expect(outcomes).toEqual(rows.map(({ coordinate, expected }) => [coordinate, expected]));
  });

  /** All rows in one request, each under a name of its own, so that none hides another. */
  async function askAll(who: Who, rows: readonly FieldRow[]): Promise<Outcome[]> {
    const parts: string[] = [];
    for (const [index, row] of rows.entries()) parts.push(`row${index}: ${await textOf(row, who)}`);
    const { data, errors } = await world.by[who].answer(`{ ${parts.join(' ')} }`);
    const stray = errors.find(({ path }) => path === undefined);
    if (stray !== undefined) throw new Error(stray.message);
    return rows.map(({ coordinate }, index) => {
      const error = errors.find(({ path }) => path?.[0] === `row${index}`);
      if (error !== undefined) return error.extensions?.code ?? error.message;
      const answer = data?.[`row${index}`];
      return isHidden(coordinate.startsWith('Query.') ? answer : targetIn(answer))
        ? 'hidden'
        : 'ok';
    });
  }

  async function textOf({ subject, field, coordinate }: FieldRow, who: Who): Promise<string> {
    const reach = await subject.reach(world, who);
    if (field === null) return reach('target: __typename');
    const [type = '', name = ''] = coordinate.split('.');
    const asked = `${await field(world, who)} ${selectionOf(schema, type, name)}`;
    return type === 'Query' ? asked : reach(`target: ${asked}`);
  }
});

/** What stands under `target`, in the first of every list on the way there. */
function targetIn(value: unknown): unknown {
  if (Array.isArray(value)) return targetIn(value[0]);
  if (typeof value !== 'object' || value === null) return null;
  if ('target' in value) return value.target;
  return Object.values(value)
    .map(targetIn)
    .find((found) => found != null);
}

const isHidden = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.every(isHidden);
  const nodes = (value as { nodes?: unknown } | null | undefined)?.nodes;
  return value === null || value === undefined || (Array.isArray(nodes) && nodes.length === 0);
};

describe('is done', () => {
  it.each(mutationRows.map((row) => [`${row.mutation}: ${row.what}`, row] as const))(
    '%s',
    async (_name, row) => {
      expect(await forEach((who) => ask(who, row))).toEqual(row.expected);
    },
  );

  async function ask(who: Who, { mutation, input: inputFor }: MutationRow): Promise<Outcome> {
    const input = await inputFor(world, who);
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const [variable, argument] =
      input === null ? ['', ''] : [`($input: ${type}!)`, '(input: $input)'];
    const selection = selectionOf(schema, 'Mutation', mutation);
    const { data, errors } = await world.by[who].answer(
      `mutation ${variable} { answer: ${mutation}${argument} ${selection} }`,
      input === null ? {} : { input },
    );
    const [error] = errors;
    if (error !== undefined) return error.extensions?.code ?? error.message;
    const answer = data?.['answer'] as { userErrors: { code: string }[] };
    return answer.userErrors[0]?.code ?? 'ok';
  }
});

it('answers nobody but the router', async () => {
  const response = await fetch(new URL('/graphql', world.learning.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ courses { nodes { id } } }' }),
  });
  expect(response.status).toBe(401);
});
