import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError, headerOf, type Route } from '@pcc/platform';
import { parse, validate, type GraphQLSchema } from 'graphql';

const folder = new URL('./playground/', import.meta.url);
const compress = promisify(gzip);

interface Asset {
  readonly type: string;
  readonly load: () => Promise<string>;
}

const script = 'text/javascript; charset=utf-8';

/** GraphiQL's parts as the package has them: 9 MB of text, so only loaded when somebody asks. */
const graphiql = () => import('@graphql-yoga/render-graphiql/graphiql') as Promise<GraphiqlModule>;

interface GraphiqlModule {
  readonly js: string;
  readonly css: string;
  readonly editorWorkerService: string;
  readonly jsonWorker: string;
  readonly graphqlWorker: string;
}

/** The browser build beside the entry that Node resolves. */
const graphqlWsFile = () =>
  join(createRequire(import.meta.url).resolve('graphql-ws'), '../../umd/graphql-ws.min.js');

const assets: Readonly<Record<string, Asset>> = {
  'boot.js': { type: script, load: () => readFile(new URL('boot.js', folder), 'utf8') },
  'graphql-ws.js': { type: script, load: () => readFile(graphqlWsFile(), 'utf8') },
  'graphiql.js': { type: script, load: async () => (await graphiql()).js },
  'editor.worker.js': { type: script, load: async () => (await graphiql()).editorWorkerService },
  'json.worker.js': { type: script, load: async () => (await graphiql()).jsonWorker },
  'graphql.worker.js': { type: script, load: async () => (await graphiql()).graphqlWorker },
  'graphiql.css': { type: 'text/css; charset=utf-8', load: async () => (await graphiql()).css },
};

/** Everything from our own origin; GraphiQL styles elements inline, and Monaco evaluates nothing. */
function contentSecurityPolicy(request: IncomingMessage): string {
  const host = headerOf(request, 'host') ?? '';
  // Older browsers do not count WebSockets of the same host as 'self'.
  const sockets = /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The playground at `/` and its files below `/playground/`, all from our own origin: it works offline.
 * @param schema what example operations are checked against: only those that are valid are offered
 */
export function playgroundRoutes(schema: () => GraphQLSchema): Readonly<Record<string, Route>> {
  const compressed = new Map<string, Promise<Buffer>>();
  const compressedAsset = (name: string, asset: Asset): Promise<Buffer> => {
    const known = compressed.get(name);
    if (known !== undefined) return known;
    const made = asset.load().then((text) => compress(text));
    compressed.set(name, made);
    // A failure must not be remembered.
    made.catch(() => compressed.delete(name));
    return made;
  };
  return {
    '/': (request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', contentSecurityPolicy(request));
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('referrer-policy', 'no-referrer');
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cache-control', 'no-cache');
      response.end(page(exampleOperations(schema())));
    },
    '/playground/*': async (request, response, { url }) => {
      const name = url.pathname.slice('/playground/'.length);
      const asset = Object.hasOwn(assets, name) ? assets[name] : undefined;
      if (asset === undefined) throw new AppError('NOT_FOUND');
      response.setHeader('content-type', asset.type);
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('cache-control', 'public, max-age=3600');
      response.setHeader('vary', 'Accept-Encoding');
      if (!/\bgzip\b/.test(headerOf(request, 'accept-encoding') ?? '')) {
        response.end(await asset.load());
        return;
      }
      response.setHeader('content-encoding', 'gzip');
      response.end(await compressedAsset(name, asset));
    },
  };
}

/** The published operations, for the first tabs, in the order of their file names. src/ and dist/ are equally deep. */
function exampleOperations(schema: GraphQLSchema): string[] {
  const operations = new URL('../../../schema/operations/', import.meta.url);
  return readdirSync(operations)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => readFileSync(new URL(file, operations), 'utf8'))
    .filter((text) => validate(schema, parse(text)).length === 0);
}

function page(examples: readonly string[]): string {
  const options = {
    title: 'PCC LMS',
    // GraphiQL fails on an empty list.
    ...(examples.length > 0 ? { defaultTabs: examples.map((query) => ({ query })) } : {}),
    shouldPersistHeaders: false,
  };
  // `<` would let a text end the script element.
  const json = JSON.stringify(options).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>PCC LMS playground</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/playground/graphiql.css" />
    <style>body { margin: 0 } #root { height: 100vh }</style>
  </head>
  <body>
    <noscript>The playground needs JavaScript.</noscript>
    <div id="root"></div>
    <script type="application/json" id="options">${json}</script>
    <script src="/playground/graphql-ws.js"></script>
    <script src="/playground/graphiql.js"></script>
    <script type="module" src="/playground/boot.js"></script>
  </body>
</html>
`;
}
