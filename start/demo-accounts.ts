import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningLearning } from '@pcc/learning';
import { ConfigError } from '@pcc/platform';
import { readJsonFile, writePrivateFile } from './data-directory.js';
import type { Progress } from './progress.js';

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** One account of each role. */
export interface DemoAccounts {
  readonly admin: Account;
  readonly instructor: Account;
  readonly student: Account;
}

const names = {
  admin: 'Ada Admin',
  instructor: 'Ines Instructor',
  student: 'Sam Student',
} as const;
const demoRoles = ['admin', 'instructor', 'student'] as const;

const fileName = 'demo-accounts.json';

/**
 * Makes the three demo accounts in an empty database and keeps their random passwords in
 * `demo-accounts.json`. There is no default password anywhere. Safe to repeat after a start that was
 * killed half way: the file is written first, and accounts that exist are left alone.
 */
export async function ensureDemoAccounts(
  dataDirectory: string,
  learning: Pick<RunningLearning, 'createAccount'>,
  progress: Progress,
): Promise<DemoAccounts> {
  const path = join(dataDirectory, fileName);
  const known = await readJsonFile<DemoAccounts>(path);
  const accounts = known ?? {
    admin: newAccount('admin'),
    instructor: newAccount('instructor'),
    student: newAccount('student'),
  };
  if (known === null) await writePrivateFile(path, accounts);
  for (const role of demoRoles) {
    const created = await learning.createAccount({
      ...accounts[role],
      displayName: names[role],
      role,
    });
    const refusal = created.ok ? undefined : created.errors[0];
    if (refusal === undefined) continue;
    if (refusal.code !== 'EMAIL_NOT_AVAILABLE') {
      throw new Error(`demo account ${role}: ${refusal.message}`);
    }
    if (known === null) {
      // The database is older than this data folder: the passwords just made up are nobody's.
      await rm(path);
      throw new ConfigError([
        `The database has demo accounts already, and ${path} does not know their passwords. ` +
          'Start with the DATA_DIR that made them, or with DEMO_DATA=false.',
      ]);
    }
  }
  if (known === null) {
    progress.line(`\n  Demo accounts (shown once; kept in ${path}):`);
    for (const role of demoRoles) {
      progress.line(`    ${role.padEnd(10)} ${accounts[role].email}  ${accounts[role].password}`);
    }
    progress.line('');
  }
  return accounts;
}

const newAccount = (role: string): Account => ({
  email: `${role}@demo.example`,
  password: randomBytes(12).toString('base64url'),
});
