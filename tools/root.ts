import { existsSync } from 'node:fs';

/** The repository's root, from `tools/` as well as from its built copy in `dist/tools/`. */
export const root: URL =
  [new URL('../', import.meta.url), new URL('../../', import.meta.url)].find((folder) =>
    existsSync(new URL('turbo.json', folder)),
  ) ?? new URL('../', import.meta.url);
