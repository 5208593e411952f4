/**
 * Writes what is derived: Prisma's clients from `prisma/<name>/schema.prisma`, and each subgraph's resolver types
 * from its SDL, into `subgraphs/<name>/src/generated/` (not committed). Runs on every install.
 * Usage: `node tools/generate.mjs [subgraph...]`
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse, printSchema } from 'graphql';

const root = fileURLToPath(new URL('..', import.meta.url));
const sharedTypeDefs = join(root, 'packages/platform/src/graphql/shared.graphql');
const run = promisify(execFile);

/** @param {string} name a subgraph */
async function generatePrismaClient(name) {
  const schema = join(root, 'prisma', name, 'schema.prisma');
  if (!existsSync(schema)) return;
  await run(
    process.execPath,
    [join(root, 'node_modules/prisma/build/index.js'), 'generate', '--schema', schema],
    {
      cwd: root,
      // `generate` does not need the native schema engine, but the CLI would fetch it from the internet
      // unless told that there is one. Never do this for `prisma migrate`: it would print nothing.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' },
    },
  );
}

/** @param {string} name a subgraph */
async function generateResolverTypes(name) {
  const source = join(root, 'subgraphs', name, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => join(source, file));
  if (files.length === 0) return;
  const typeDefs = [sharedTypeDefs, ...files].map((file) => parse(readFileSync(file, 'utf8')));
  const schemaAst = buildSubgraphSchema(typeDefs.map((document) => ({ typeDefs: document })));
  // The library answers these two itself; the plugin would name their types without writing them.
  for (const field of ['_service', '_entities'])
    delete schemaAst.getQueryType()?.getFields()[field];
  for (const type of ['_Service', '_Entity']) delete schemaAst.getTypeMap()[type];
  // Which TypeScript types stand behind the GraphQL types is the subgraph's own choice.
  const own = JSON.parse(readFileSync(join(root, 'subgraphs', name, 'codegen.json'), 'utf8'));
  const text = await codegen({
    filename: 'graphql.ts',
    schema: parse(printSchema(schemaAst)),
    schemaAst,
    documents: [],
    config: {
      federation: true,
      useTypeImports: true,
      enumsAsTypes: true,
      skipTypename: true,
      emitLegacyCommonJSImports: false,
      maybeValue: 'T | null | undefined',
      inputMaybeValue: 'T | null | undefined',
      scalars: {
        ID: 'string',
        DateTime: { input: 'Date', output: 'Date | string' },
        BigInt: 'bigint',
        JSON: 'unknown',
        _Any: 'Record<string, unknown>',
        federation__FieldSet: 'string',
      },
      ...own,
    },
    plugins: [{ typescript: {} }, { 'typescript-resolvers': {} }],
    pluginMap: { typescript, 'typescript-resolvers': typescriptResolvers },
  });
  await mkdir(join(source, 'generated'), { recursive: true });
  await writeFile(
    join(source, 'generated/graphql.ts'),
    `// Made by tools/generate.mjs from the SDL beside the features.\n${text}`,
  );
}

const names = process.argv.slice(2);
const subgraphs = names.length > 0 ? names : ['learning', 'commerce', 'content', 'insights'];
for (const name of subgraphs) {
  await Promise.all([generatePrismaClient(name), generateResolverTypes(name)]);
}
