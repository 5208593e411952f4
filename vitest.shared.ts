import { fileURLToPath } from 'node:url';

/** How tests find modules: workspaces by their sources. */
export const modules = {
  resolve: {
    conditions: ['source'],
    // As Node resolves it: `graphql` has a `module` field that only bundlers read, and two copies of it in
    // one process refuse each other's schemas.
    alias: [
      {
        find: /^graphql$/,
        replacement: fileURLToPath(new URL('node_modules/graphql/index.js', import.meta.url)),
      },
    ],
  },
  ssr: { resolve: { conditions: ['source'] } },
};

/** How tests run, whichever they are. */
export const running = {
  // chdb and other native engines crash in worker threads; see DESIGN section 4.
  pool: 'forks' as const,
  maxWorkers: 2,
  // chdb replaces the SIGSEGV handler that WebAssembly's bounds checks rely on.
  execArgv: ['--disable-wasm-trap-handler'],
  env: { UV_THREADPOOL_SIZE: '16' },
  // Long enough for a slow machine with two suites on two cores: a test that hangs is found all the same.
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/** Tests that use a running platform: it is built and started once for all of them. */
export const onPlatform = {
  globalSetup: ['e2e/global-setup.ts'],
  // Several starts of the whole platform in one test, beside another file's on two cores.
  testTimeout: 120_000,
};
