import { defineConfig } from 'vitest/config';
import { modules, running } from './vitest.shared.js';

const project = (kind: string) => ({
  extends: true as const,
  ...modules,
  test: {
    name: kind,
    include: [`{packages,subgraphs,router,e2e}/**/*.${kind}.test.ts`],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});

/**
 * What is too long for `npm test`, or needs servers:
 * `npm run test:services`, the stores' contracts on the servers that TEST_*_URL name; `npm run test:durability`,
 * which kills processes again and again while they write; `npm run test:long`, that and whatever else takes minutes.
 */
export default defineConfig({
  test: {
    ...running,
    // Minutes of killing and starting again, beside another file that does the same.
    testTimeout: 600_000,
    projects: ['services', 'durability', 'long'].map(project),
  },
});
