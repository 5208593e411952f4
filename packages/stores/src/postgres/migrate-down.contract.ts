import { expect, it } from 'vitest';
import { MigrationError } from '../errors.js';
import { migratePostgres } from './migrate.js';
import { migratePostgresDown } from './migrate-down.js';
import { ledger, type MigrationSetting, tables } from './migration-test-setting.js';

/** Taking migrations back. */
export function downContract(setting: MigrationSetting): void {
  const { options, write } = setting;
  const down = (name: string, dryRun = false) =>
    migratePostgresDown({ ...options(), name, dryRun });

  it('takes back the newest migration only, which can then be applied again', async () => {
    await write('0002_more', 'CREATE TABLE courses (id int);', 'DROP TABLE courses;');
    await migratePostgres(options());
    await expect(down('0001_init')).rejects.toThrow(/not the newest/);
    await down('0002_more', true);
    expect(await tables(setting)).toEqual(['courses', 'people']);
    await down('0002_more');
    expect(await tables(setting)).toEqual(['people']);
    expect((await ledger(setting)).map((row) => row['rolled_back'])).toEqual([false, true]);
    expect(await migratePostgres(options())).toEqual(['0002_more']);
  });

  it('changes nothing when down.sql fails or is missing', async () => {
    await write('0002_more', 'CREATE TABLE courses (id int);', 'DROP TABLE courses; SELECT 1/0;');
    await write('0003_last', 'CREATE TABLE last (id int);');
    await migratePostgres(options());
    await expect(down('0003_last')).rejects.toThrow(/no down.sql/);
    await write('0003_last', 'CREATE TABLE last (id int);', 'DROP TABLE last;');
    await down('0003_last');
    await expect(down('0002_more')).rejects.toThrow(MigrationError);
    expect(await tables(setting)).toEqual(['courses', 'people']);
    expect((await ledger(setting)).map((row) => row['rolled_back'])).toEqual([false, false, true]);
  });

  it('says so when nothing was ever applied, or there is no such migration', async () => {
    await expect(down('0009_none')).rejects.toThrow(/there is no migration 0009_none/);
    await expect(down('0001_init')).rejects.toThrow(/not the newest applied migration \(none is\)/);
  });

  it('takes back once when two ask at once', async () => {
    await migratePostgres(options());
    const results = await Promise.allSettled([1, 2, 3].map(() => down('0001_init')));
    expect(results.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(await tables(setting)).toEqual([]);
  });
}
