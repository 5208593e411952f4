import { writeFile } from 'node:fs/promises';
import { testDirectory, type TestDirectory } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readToolEnv } from '../env.js';
import { accountsFile, readDemoAccounts } from './accounts.js';

let folder: TestDirectory;
beforeEach(async () => {
  folder = await testDirectory();
});
afterEach(() => folder.close());

const account = { email: 'a@demo.example', password: 'hidden-word' };

describe('readDemoAccounts', () => {
  it('reads what npm start keeps', async () => {
    const accounts = { admin: account, instructor: account, student: account };
    await writeFile(accountsFile(folder.path), JSON.stringify(accounts));
    await expect(readDemoAccounts(folder.path)).resolves.toEqual(accounts);
  });

  it('says which folder it looked into when there are none', async () => {
    await expect(readDemoAccounts(folder.path)).rejects.toThrow(
      new RegExp(`No demo accounts in ${folder.path}.*DATA_DIR.*PCC_TOKEN`),
    );
  });

  it('does not show a password when the file is broken', async () => {
    await writeFile(accountsFile(folder.path), `{"admin": "${account.password}"`);
    const error = (await readDemoAccounts(folder.path).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toContain('Cannot read the demo accounts');
    expect(error.message).not.toContain(account.password);
  });
});

describe('readToolEnv', () => {
  it('has the defaults of npm start', () => {
    const env = readToolEnv({ PCC_TOKEN: '' });
    expect(env).toMatchObject({ port: 4000, token: undefined });
    expect(env.dataDirectory).toMatch(/\/\.data$/);
  });

  it('names a wrong variable', () => {
    expect(() => readToolEnv({ PORT: 'http' })).toThrow(/PORT/);
  });
});
