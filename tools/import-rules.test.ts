import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcc-imports-'));
  await cp(join(root, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'));
  await cp(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  await writeFile(
    join(folder, 'tsconfig.json'),
    '{ "extends": "./tsconfig.base.json", "include": ["**/*.ts"] }',
  );
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes the files and gives the names of the rules that they break. */
async function rulesBrokenBy(files: Record<string, string>): Promise<string[]> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const tops = [...new Set(Object.keys(files).map((file) => file.split('/')[0] ?? file))];
  const { stdout } = await run(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      ...tops,
    ],
    { cwd: folder, maxBuffer: 16 * 1024 * 1024 },
  ).catch((error: { stdout: string }) => error);
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return [...new Set(report.summary.violations.map((violation) => violation.rule.name))];
}

const feature = 'subgraphs/learning/src/features/course';
const exported = 'export const x = 1;\n';

describe('the import rules', () => {
  it.each([
    [
      'a subgraph imports another',
      'subgraphs-are-apart',
      'subgraphs/learning/src/a.ts',
      'subgraphs/commerce/src/b.ts',
    ],
    [
      'a subgraph imports the router',
      'subgraphs-not-router',
      'subgraphs/learning/src/a.ts',
      'router/src/b.ts',
    ],
    [
      'the router imports a subgraph',
      'router-not-subgraphs',
      'router/src/a.ts',
      'subgraphs/learning/src/b.ts',
    ],
    [
      'a package imports a subgraph',
      'packages-below-all',
      'packages/platform/src/a.ts',
      'subgraphs/learning/src/b.ts',
    ],
    [
      'a subgraph imports the start program',
      'only-start-wires',
      'subgraphs/learning/src/a.ts',
      'start/b.ts',
    ],
    [
      'a resolver imports a repository',
      'resolvers-not-repositories',
      `${feature}/resolvers.ts`,
      `${feature}/repository.ts`,
    ],
    [
      'a feature imports the repository of another',
      'features-meet-at-services',
      `${feature}/service.ts`,
      'subgraphs/learning/src/features/lesson/repository.ts',
    ],
  ])('find that %s', async (_name, rule, from, to) => {
    const path = `${'../'.repeat(from.split('/').length - 1)}${to.replace(/\.ts$/, '.js')}`;
    const broken = await rulesBrokenBy({
      [from]: `import { x } from '${path}';\nexport const y = x;\n`,
      [to]: exported,
    });
    expect(broken).toContain(rule);
  });

  it.each(['service', 'repository'])('find that a %s knows GraphQL', async (file) => {
    const broken = await rulesBrokenBy({
      [`${feature}/${file}.ts`]:
        "import { GraphQLError } from 'graphql';\nexport const y = GraphQLError;\n",
    });
    expect(broken).toContain('services-know-no-graphql');
  });

  it('find a cycle', async () => {
    const broken = await rulesBrokenBy({
      'packages/platform/src/a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
      'packages/platform/src/b.ts': "import { a } from './a.js';\nexport const b = () => a;\n",
    });
    expect(broken).toContain('no-cycles');
  });

  it('find an import that leads nowhere', async () => {
    const broken = await rulesBrokenBy({
      'packages/platform/src/a.ts': "import { b } from '@pcc/nothing';\nexport const a = b;\n",
    });
    expect(broken).toContain('nothing-unresolved');
  });

  it('let a feature use the service of another', async () => {
    const broken = await rulesBrokenBy({
      [`${feature}/service.ts`]: "import { x } from '../lesson/service.js';\nexport const y = x;\n",
      'subgraphs/learning/src/features/lesson/service.ts': exported,
    });
    expect(broken).toEqual([]);
  });
});
