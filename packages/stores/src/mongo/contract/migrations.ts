import { silentLogger } from '@pcc/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import { MigrationError } from '../../errors.js';
import { migrateMongo, migrateMongoDown, type MongoMigration } from '../migrate.js';
import type { Opened } from './opened.js';

export function migrationContract({ mongo }: Opened): void {
  describe('migrateMongo', () => {
    let calls: string[];
    const migration = (
      name: string,
      up: () => Promise<void> = async () => undefined,
    ): MongoMigration => ({
      name,
      async up() {
        calls.push(`up ${name}`);
        await up();
      },
      async down() {
        calls.push(`down ${name}`);
      },
    });
    const options = (...migrations: MongoMigration[]) => ({
      db: mongo().db,
      client: mongo().client,
      migrations,
      logger: silentLogger,
    });

    beforeEach(async () => {
      calls = [];
      await mongo().db.collection('schema_migrations').deleteMany({});
    });

    it('applies what is new, by name, once', async () => {
      const [one, two] = [migration('0001_init'), migration('0002_more')];
      expect(await migrateMongo(options(two, one))).toEqual(['0001_init', '0002_more']);
      expect(await migrateMongo(options(one, two))).toEqual([]);
      expect(calls).toEqual(['up 0001_init', 'up 0002_more']);
    });

    it('stops at a failing one, records only what is complete, and goes on once it is mended', async () => {
      const broken = migration('0002_bad', () => Promise.reject(new Error('no')));
      const rest = [migration('0001_init'), migration('0003_last')];
      await expect(migrateMongo(options(...rest, broken))).rejects.toThrow('0002_bad failed: no');
      expect(await migrateMongo(options(...rest, migration('0002_bad')))).toEqual([
        '0002_bad',
        '0003_last',
      ]);
    });

    it('refuses when something was applied that this release does not have', async () => {
      await migrateMongo(options(migration('0001_init'), migration('0002_newer')));
      await expect(migrateMongo(options(migration('0001_init')))).rejects.toThrow(/0002_newer/);
    });

    it('lets runners at once take turns', async () => {
      const all = ['0001', '0002', '0003'].map((name) => migration(name));
      const results = await Promise.all([1, 2, 3].map(() => migrateMongo(options(...all))));
      expect(results.flat().sort()).toEqual(['0001', '0002', '0003']);
      expect(calls).toHaveLength(3);
    });

    it('takes back the newest only', async () => {
      const all = [migration('0001'), migration('0002')];
      await migrateMongo(options(...all));
      await expect(migrateMongoDown({ ...options(...all), name: '0001' })).rejects.toThrow(
        MigrationError,
      );
      await migrateMongoDown({ ...options(...all), name: '0002' });
      expect(await migrateMongo(options(...all))).toEqual(['0002']);
      expect(calls).toEqual(['up 0001', 'up 0002', 'down 0002', 'up 0002']);
    });
  });
}
