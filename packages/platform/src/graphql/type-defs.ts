import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, Source, type DocumentNode } from 'graphql';

const sharedFile = fileURLToPath(new URL('./shared.graphql', import.meta.url));

/**
 * A subgraph's SDL: the shared types, then every `.graphql` file below `folder` in name order, so that the
 * printed schema does not depend on the file system.
 */
export function loadTypeDefs(folder: URL): DocumentNode[] {
  const path = fileURLToPath(folder);
  const files = (readdirSync(path, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => join(path, file));
  return [sharedFile, ...files].map((file) => parse(new Source(readFileSync(file, 'utf8'), file)));
}
