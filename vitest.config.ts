import { defineConfig } from 'vitest/config';
import { modules, onPlatform, running } from './vitest.shared.js';

/** One project per workspace, so that `vitest --project subgraphs/learning` runs one alone. */
const workspaces = [
  'packages/platform',
  'packages/events',
  'packages/stores',
  'packages/testkit',
  'packages/mongo-embedded',
  'subgraphs/learning',
  'subgraphs/commerce',
  'subgraphs/content',
  'subgraphs/insights',
  'router',
  'tools',
];

/** The embedded ClickHouse opens one directory per process, so these need a fresh one for each file. */
const isolated = ['packages/stores', 'subgraphs/insights'];

export default defineConfig({
  test: {
    ...running,
    projects: [
      ...workspaces.map((folder) => ({
        extends: true as const,
        ...modules,
        test: {
          name: folder,
          // Elsewhere files share a process: loading Apollo and Prisma anew for each took a third of the time.
          isolate: isolated.includes(folder),
          include: [`${folder}/**/*.test.ts`],
          // vitest.long.config.ts has these.
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.{services,durability,long}.test.ts'],
        },
      })),
      {
        extends: true as const,
        ...modules,
        test: { name: 'e2e', include: ['e2e/**/*.e2e.test.ts'], ...onPlatform },
      },
    ],
  },
});
