import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, loadTypeDefs } from '@pcc/platform/graphql';
import { composeSupergraph } from '@pcc/router';
import { printSubgraphSchema } from '@apollo/subgraph';
import { root } from '../root.js';

export const subgraphNames = ['learning', 'commerce', 'content', 'insights'] as const;
export const supergraphFile = 'schema/supergraph.graphql';
export const allowedFile = 'schema/allowed-breaking-changes.json';

/** The published contract: file (from the root) to text. */
export type Published = ReadonlyMap<string, string>;

/**
 * Prints every subgraph's SDL and composes the supergraph.
 * Routing URLs are placeholders: a router gets the real ones from its configuration.
 * @throws Error with every composition error, one a line
 */
export function printPublished(): Published {
  const subgraphs = subgraphNames.map((name) => {
    const folder = new URL(`subgraphs/${name}/src/features/`, root);
    const sdl = `${printSubgraphSchema(buildSchema(loadTypeDefs(folder), []))}\n`;
    return { name, url: `http://${name}.localhost/graphql`, sdl };
  });
  const composed = composeSupergraph(subgraphs);
  if ('errors' in composed) {
    throw new Error(composed.errors.map((error) => `composition: ${error}`).join('\n'));
  }
  return new Map([
    ...subgraphs.map(({ name, sdl }) => [`schema/subgraphs/${name}.graphql`, sdl] as const),
    [supergraphFile, composed.supergraphSdl.trimEnd() + '\n'],
  ]);
}

export async function writePublished(published: Published): Promise<void> {
  await mkdir(new URL('schema/subgraphs', root), { recursive: true });
  for (const [file, text] of published) await writeFile(new URL(file, root), text);
}

/** A committed file as it is in the working tree; `null` when it is not there. */
export const readCurrent = (file: string): Promise<string | null> =>
  readFile(new URL(file, root), 'utf8').catch(() => null);

const run = promisify(execFile);

/** A file as some commit has it; `null` when the commit, the file or git itself is not there. */
export async function readCommitted(revision: string, file: string): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['show', `${revision}:${file}`], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch {
    return null;
  }
}

/** The operations in `schema/operations/`: file name to text. */
export async function readOperations(): Promise<ReadonlyMap<string, string>> {
  const folder = new URL('schema/operations/', root);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  return new Map(
    await Promise.all(
      files.map(
        async (file) =>
          [join('schema/operations', file), await readFile(new URL(file, folder), 'utf8')] as const,
      ),
    ),
  );
}
