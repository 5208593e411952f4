import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { errorMessage, viewerHeader, type Logger, type ViewerSigner } from '@pcc/platform';
import { request } from 'undici';
import { composeSupergraph } from './compose.js';

/** Reads the supergraph as it should be now. Rejects when it cannot be had. */
export type SupergraphSource = () => Promise<string>;

export const fileSource =
  (path: string): SupergraphSource =>
  () =>
    readFile(path, 'utf8');

const sdlQuery = JSON.stringify({ query: '{ _service { sdl } }' });
const timeoutMs = 5_000;

const { version: composerVersion } = createRequire(import.meta.url)(
  '@apollo/composition/package.json',
) as { version: string };

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** The first line of a composed supergraph: what it was composed from, by what, and that it is whole. */
const stamp = (definitions: unknown, supergraphSdl: string): string =>
  `# composed from ${digest(JSON.stringify([composerVersion, definitions]))} as ${digest(supergraphSdl)}\n`;

const withoutStamp = (stamped: string): string => stamped.slice(stamped.indexOf('\n') + 1);

/**
 * Composes from the running subgraphs: for development and the embedded platform.
 * @param storedPath a supergraph composed earlier; used as it is when nothing has changed since
 */
export function composedSource(
  subgraphs: Readonly<Record<string, string>>,
  signer: ViewerSigner,
  logger: Logger,
  storedPath?: string,
): SupergraphSource {
  let last: string | undefined;
  return async () => {
    const definitions = await Promise.all(
      Object.entries(subgraphs).map(async ([name, url]) => ({
        name,
        url,
        sdl: await fetchSdl(name, url, signer),
      })),
    );
    // Composing takes up to a second of CPU: only when a subgraph has changed, also between starts.
    last ??= storedPath === undefined ? '' : await readFile(storedPath, 'utf8').catch(() => '');
    if (last.startsWith(stamp(definitions, withoutStamp(last)))) return last;
    const composition = composeSupergraph(definitions);
    if ('errors' in composition) {
      throw new Error(`the subgraphs do not compose:\n${composition.errors.join('\n')}`);
    }
    for (const hint of composition.hints) logger.debug({ hint }, 'composition hint');
    last = stamp(definitions, composition.supergraphSdl) + composition.supergraphSdl;
    return last;
  };
}

async function fetchSdl(name: string, url: string, signer: ViewerSigner): Promise<string> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [viewerHeader]: await signer.sign(null),
      },
      body: sdlQuery,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const answer = (await body.json()) as { data?: { _service?: { sdl?: unknown } } };
    const sdl = answer.data?._service?.sdl;
    if (typeof sdl !== 'string') throw new Error(`no SDL in the answer (status ${statusCode})`);
    return sdl;
  } catch (error) {
    throw new Error(`subgraph "${name}" at ${url}: ${errorMessage(error)}`, { cause: error });
  }
}

/**
 * Keeps the last supergraph that was read in a file and falls back to it, so that a router starts while a
 * subgraph is down.
 */
export function withLastGood(
  source: SupergraphSource,
  path: string,
  logger: Logger,
): SupergraphSource {
  let stored: string | undefined;
  return async () => {
    let supergraphSdl: string;
    try {
      supergraphSdl = await source();
    } catch (error) {
      // Later failures leave in use what is loaded; only a start needs the file.
      const last = stored === undefined ? await readFile(path, 'utf8').catch(() => null) : null;
      if (last === null) throw error;
      stored = last;
      logger.warn({ reason: errorMessage(error) }, 'using the last good supergraph');
      return last;
    }
    if (supergraphSdl !== stored) {
      // Written aside and renamed, so that a crash never leaves half a file.
      await writeFile(`${path}.new`, supergraphSdl);
      await rename(`${path}.new`, path);
      stored = supergraphSdl;
    }
    return supergraphSdl;
  };
}
