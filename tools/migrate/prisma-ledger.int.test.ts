import { readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@pcc/platform';
import { migratePostgres, migratePostgresDown } from '@pcc/stores';
import { startPostgresServer, testDirectory } from '@pcc/testkit';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../root.js';

/**
 * Prisma's own engine, which `prisma migrate` runs, reads the ledger that our runner writes, and writes into
 * it: they agree in every state. The CLI would fetch that engine as a program; npm has it as WebAssembly.
 */
const schema = 'commerce';
let postgres: Awaited<ReturnType<typeof startPostgresServer>>;
let folder: Awaited<ReturnType<typeof testDirectory>>;
let engine: wasm.SchemaEngine;
beforeAll(async () => {
  postgres = await startPostgresServer();
  folder = await testDirectory();
  const migrations = fileURLToPath(new URL(`prisma/${schema}/migrations`, root));
  await cp(migrations, folder.path, { recursive: true });
  engine = await openEngine();
});
afterAll(async () => {
  engine.free();
  await postgres.close();
  await folder.close();
});

/** Node has it; the types of Node, without a browser's, do not. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Buffer) => object;
    Instance: new (module: object, imports: object) => { exports: EngineExports };
  };
};
interface EngineExports {
  readonly __wbindgen_start: () => void;
}

function loadEngine(): void {
  const file = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = readFileSync(join(file, '../schema_engine_bg.wasm'));
  const imports = { './schema_engine_bg.js': wasm };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  (wasm as unknown as { __wbg_set_wasm: (exports: EngineExports) => void }).__wbg_set_wasm(exports);
  exports.__wbindgen_start();
}

const filters = { externalTables: [], externalEnums: [] };

async function openEngine(): Promise<wasm.SchemaEngine> {
  loadEngine();
  const url = new URL(postgres.url);
  // What `?schema=commerce` in the URL does for `prisma migrate`.
  url.searchParams.set('options', `-c search_path=${schema}`);
  const adapter = new PrismaPg({ connectionString: url.href }, { schema });
  return wasm.SchemaEngine.new(
    { datamodels: [['schema.prisma', 'datasource db {\n  provider = "postgresql"\n}\n']] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}

async function migrationList(): Promise<wasm.MigrationList> {
  const names = (await readdir(folder.path)).sort();
  const read = async (name: string) => ({
    path: name,
    migrationFile: {
      path: 'migration.sql',
      content: {
        tag: 'ok' as const,
        value: await readFile(join(folder.path, name, 'migration.sql'), 'utf8'),
      },
    },
  });
  return {
    baseDir: folder.path,
    shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    migrationDirectories: await Promise.all(names.map(read)),
  };
}

const diagnose = async () => {
  const migrationsList = await migrationList();
  const { history, editedMigrationNames, failedMigrationNames } =
    await engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters,
    });
  return { history, edited: editedMigrationNames, failed: failedMigrationNames };
};
const inStep = { history: null, edited: [], failed: [] };
const behind = (...names: string[]) => ({
  ...inStep,
  history: { diagnostic: 'databaseIsBehind', unappliedMigrationNames: names },
});

const write = async (name: string, up: string, down = 'SELECT 1') => {
  await mkdir(join(folder.path, name), { recursive: true });
  await writeFile(join(folder.path, name, 'migration.sql'), up);
  await writeFile(join(folder.path, name, 'down.sql'), down);
};
const ours = () => ({ url: postgres.url, schema, directory: folder.path, logger: silentLogger });

it('agrees with Prisma’s engine on what is applied, taken back, edited, missing and failed', async () => {
  const shipped = (await readdir(folder.path)).sort();
  expect(await diagnose()).toEqual(behind(...shipped));
  await migratePostgres(ours());
  expect(await diagnose()).toEqual(inStep);

  const [up, down] = ['CREATE TABLE commerce.more (n int);', 'DROP TABLE commerce.more;'];
  await write('9001_more', up, down);
  expect(await diagnose()).toEqual(behind('9001_more'));
  await migratePostgres(ours());
  expect(await diagnose()).toEqual(inStep);
  await migratePostgresDown({ ...ours(), name: '9001_more' });
  expect(await diagnose()).toEqual(behind('9001_more'));

  // Prisma goes on where ours stopped, and ours has nothing left to do.
  const { appliedMigrationNames } = await engine.applyMigrations({
    migrationsList: await migrationList(),
    filters,
  });
  expect(appliedMigrationNames).toEqual(['9001_more']);
  expect(await migratePostgres(ours())).toEqual([]);

  await write('9001_more', 'CREATE TABLE commerce.more (n bigint);');
  expect(await diagnose()).toEqual({ ...inStep, edited: ['9001_more'] });
  await rm(join(folder.path, '9001_more'), { recursive: true });
  expect((await diagnose()).history).toEqual({
    diagnostic: 'migrationsDirectoryIsBehind',
    unpersistedMigrationNames: ['9001_more'],
  });
  await write('9001_more', up, down);
  await write(
    '9002_bare',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY i ON commerce.nowhere (n);',
  );
  await expect(migratePostgres(ours())).rejects.toThrow('9002_bare failed');
  expect(await diagnose()).toEqual({ ...inStep, failed: ['9002_bare'] });
});
