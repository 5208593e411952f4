import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createMetrics,
  silentLogger,
  viewerSigner,
  viewerVerifier,
  type RunningHttpServer,
} from '@pcc/platform';
import { startSubgraphServer } from '@pcc/platform/graphql';
import { testDirectory, testSecrets, type TestDirectory } from '@pcc/testkit';
import { parse } from 'graphql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { composedSource, withLastGood } from './sources.js';

let directory: TestDirectory;
let subgraph: RunningHttpServer;
let path: string;
beforeEach(async () => {
  directory = await testDirectory();
  path = join(directory.path, 'supergraph.graphql');
  subgraph = await startSubgraphServer({
    port: 0,
    host: '127.0.0.1',
    logger: silentLogger,
    metrics: createMetrics('test'),
    typeDefs: [parse('type Query { hello: String }')],
    resolvers: [],
    verifier: viewerVerifier(testSecrets),
    stores: [],
    createContext: (request) => request,
  });
});
afterEach(async () => {
  await subgraph.close();
  await directory.close();
});

/** A router's source after a restart: nothing in memory, the file from before. */
const restarted = () => {
  const subgraphs = { one: `http://127.0.0.1:${subgraph.port}/graphql` };
  const signer = viewerSigner(testSecrets);
  return withLastGood(composedSource(subgraphs, signer, silentLogger, path), path, silentLogger);
};

it('uses what was composed before as long as no subgraph has changed', async () => {
  const composed = await restarted()();
  expect(await readFile(path, 'utf8')).toBe(composed);
  expect(await restarted()()).toBe(composed);
});

it('composes anew when the file is not whole', async () => {
  const composed = await restarted()();
  await writeFile(path, composed.slice(0, -20));
  expect(await restarted()()).toBe(composed);
  expect(await readFile(path, 'utf8')).toBe(composed);
});
