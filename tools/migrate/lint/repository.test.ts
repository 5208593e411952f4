import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { root } from '../../root.js';
import { subgraphs } from '../options.js';
import { checkSubgraph } from './check.js';

it.each(subgraphs)('finds nothing in the migrations of %s', async (subgraph) => {
  const folder = fileURLToPath(new URL(`prisma/${subgraph}`, root));
  expect(await checkSubgraph(folder, subgraph)).toEqual([]);
});
