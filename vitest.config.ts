import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** One project per workspace, so that `vitest --project subgraphs/learning` runs one alone. */
const workspaces = [
  'packages/platform',
  'packages/events',
  'packages/stores',
  'packages/mongo-embedded',
  'packages/testkit',
  'subgraphs/learning',
  'subgraphs/commerce',
  'subgraphs/content',
  'subgraphs/insights',
  'router',
  'tools',
];

/**
 * As Node resolves it: `graphql` has a `module` field that only bundlers read, and two copies of it in one
 * process refuse each other's schemas.
 */
const alias = [
  {
    find: /^graphql$/,
    replacement: fileURLToPath(new URL('node_modules/graphql/index.js', import.meta.url)),
  },
];

export default defineConfig({
  test: {
    // chdb and other native engines crash in worker threads; see DESIGN section 4.
    pool: 'forks',
    maxWorkers: 2,
    // chdb replaces the SIGSEGV handler that WebAssembly's bounds checks rely on.
    execArgv: ['--disable-wasm-trap-handler'],
    env: { UV_THREADPOOL_SIZE: '16' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      ...workspaces.map((folder) => ({
        extends: true as const,
        resolve: { conditions: ['source'], alias },
        ssr: { resolve: { conditions: ['source'] } },
        test: {
          name: folder,
          include: [`${folder}/**/*.test.ts`],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      })),
      {
        extends: true as const,
        resolve: { conditions: ['source'], alias },
        ssr: { resolve: { conditions: ['source'] } },
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          globalSetup: ['e2e/global-setup.ts'],
          // Several starts of the whole platform in one test, beside another file's on two cores.
          testTimeout: 120_000,
        },
      },
      {
        // Needs Chromium (see .ci/run), so `npm test` leaves it out.
        extends: true as const,
        resolve: { conditions: ['source'] },
        ssr: { resolve: { conditions: ['source'] } },
        test: {
          name: 'browser',
          include: ['e2e/**/*.browser.test.ts'],
          globalSetup: ['e2e/global-setup.ts'],
        },
      },
    ],
  },
});
