/**
 * The direction of imports (DESIGN section 2). `npm run lint:imports` fails on a violation;
 * tools/import-rules.test.ts plants one of each and expects it to be found.
 */
const subgraph = '^subgraphs/([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'subgraphs-are-apart',
      comment: 'A subgraph never imports another: it learns of others by events and entities.',
      severity: 'error',
      from: { path: subgraph },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'subgraphs-not-router',
      severity: 'error',
      from: { path: '^subgraphs/' },
      to: { path: '^router/' },
    },
    {
      name: 'router-not-subgraphs',
      severity: 'error',
      from: { path: '^router/' },
      to: { path: '^subgraphs/' },
    },
    {
      name: 'packages-below-all',
      comment: 'Packages serve subgraphs and router; they know neither.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(subgraphs|router|start|tools)/' },
    },
    {
      name: 'only-start-wires',
      comment: 'Nobody leans on the start program.',
      severity: 'error',
      from: { path: '^(packages|subgraphs|router)/' },
      to: { path: '^(start|tools)(/|\\.ts)' },
    },
    {
      name: 'resolvers-not-repositories',
      severity: 'error',
      from: { path: '/resolvers\\.ts$' },
      to: { path: '/repository\\.ts$' },
    },
    {
      name: 'services-know-no-graphql',
      severity: 'error',
      from: { path: '^subgraphs/[^/]+/src/features/[^/]+/(service|repository)\\.ts$' },
      to: { path: 'node_modules/(graphql|@apollo)/|^packages/platform/src/graphql/' },
    },
    {
      name: 'features-meet-at-services',
      comment:
        'From another feature only its service (and the types of its model) may be imported.',
      severity: 'error',
      from: {
        path: '^subgraphs/([^/]+)/src/features/([^/]+)/',
        pathNot: '\\.test\\.ts$',
      },
      to: {
        path: '^subgraphs/$1/src/features/[^/]+/',
        pathNot: ['^subgraphs/$1/src/features/$2/', '/(service|model)\\.ts$'],
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/generated/', '/dist/'] },
    // The peers' packages are installed by the benchmark alone.
    exclude: { path: ['/dist/', '\\.test\\.ts$', '^bench/peers/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    // Without these, workspace imports are left unresolved and pass unseen (measured).
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'types', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
