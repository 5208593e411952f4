import {
  findBreakingChanges,
  parse,
  validate,
  type GraphQLSchema,
} from 'graphql';
import { Supergraph } from '@apollo/federation-internals';
import { z } from 'zod';
import {
  allowedFile,
  printPublished,
  readCommitted,
  readCurrent,
  readOperations,
  supergraphFile,
  type Published,
} from './documents.js';

const allowedSchema = z.array(z.object({ change: z.string(), reason: z.string().min(10) }));

/** What a client sees of a supergraph: without federation's own types and what is `@inaccessible`. */
export const apiSchemaOf = (supergraphSdl: string): GraphQLSchema =>
  Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();

/** Committed files that no longer say what the SDL beside the features says. */
export async function staleFiles(published: Published): Promise<string[]> {
  const problems: string[] = [];
  for (const [file, text] of published) {
    if ((await readCurrent(file)) !== text) {
      problems.push(`${file} is stale: run \`npm run schema:compose\` and commit it`);
    }
  }
  return problems;
}

/** Changes that would break a client, less those allowed on purpose. Each has its reason and the way to allow it. */
export function breakingChanges(
  before: string,
  after: string,
  allowed: readonly { change: string }[],
): string[] {
  return findBreakingChanges(apiSchemaOf(before), apiSchemaOf(after))
    .map(({ type, description }) => `${type}: ${description}`)
    .filter((change) => !allowed.some((entry) => entry.change === change))
    .map(
      (change) =>
        `breaking change: ${change}\n  A client that uses it would fail. Deprecate it first, or allow it on purpose:\n` +
        `  add {"change": ${JSON.stringify(change)}, "reason": "…"} to ${allowedFile}`,
    );
}

/** Operations in `schema/operations/` that the graph no longer answers. */
export function invalidOperations(
  schema: GraphQLSchema,
  operations: ReadonlyMap<string, string>,
): string[] {
  return [...operations].flatMap(([file, text]) =>
    validate(schema, parse(text)).map((error) => `${file}: ${error.message}`),
  );
}

/**
 * The commit to compare with: the last one, or the one before it when the last one already has the
 * schema of the working tree (as in CI).
 */
async function baseSupergraph(after: string): Promise<string | null> {
  const last = await readCommitted('HEAD', supergraphFile);
  return last === after ? readCommitted('HEAD~1', supergraphFile) : last;
}

/** @returns one text per problem; empty when all is well */
export async function checkSchema(): Promise<string[]> {
  let published: Published;
  try {
    published = printPublished();
  } catch (error) {
    return [(error as Error).message];
  }
  const after = published.get(supergraphFile) ?? '';
  const before = await baseSupergraph(after);
  const allowed = allowedSchema.parse(JSON.parse((await readCurrent(allowedFile)) ?? '[]'));
  return [
    ...(await staleFiles(published)),
    ...invalidOperations(apiSchemaOf(after), await readOperations()),
    ...(before === null ? [] : breakingChanges(before, after, allowed)),
  ];
}
