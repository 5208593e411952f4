import { readFile, rename, writeFile } from 'node:fs/promises';
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

/** Composes from the running subgraphs: for development and the embedded platform. */
export function composedSource(
  subgraphs: Readonly<Record<string, string>>,
  signer: ViewerSigner,
  logger: Logger,
): SupergraphSource {
  let lastInput: string | undefined;
  let lastOutput: string | undefined;
  return async () => {
    const definitions = await Promise.all(
      Object.entries(subgraphs).map(async ([name, url]) => ({
        name,
        url,
        sdl: await fetchSdl(name, url, signer),
      })),
    );
    // Composing takes a second of CPU: only when a subgraph has changed.
    const input = JSON.stringify(definitions);
    if (input === lastInput && lastOutput !== undefined) return lastOutput;
    const composition = composeSupergraph(definitions);
    if ('errors' in composition) {
      throw new Error(`the subgraphs do not compose:\n${composition.errors.join('\n')}`);
    }
    for (const hint of composition.hints) logger.debug({ hint }, 'composition hint');
    lastInput = input;
    lastOutput = composition.supergraphSdl;
    return lastOutput;
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
