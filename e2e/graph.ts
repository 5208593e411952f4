import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { graphClient, httpMailbox, registerStudent, type Account } from '@pcc/testkit';
import { inject } from 'vitest';

/** A client of the shared platform, signed in with one of its demo accounts. */
export async function signedInAs(role: 'admin' | 'instructor' | 'student') {
  const { url, dataDirectory } = inject('platform');
  const file = await readFile(join(dataDirectory, 'demo-accounts.json'), 'utf8');
  return graphClient(url).signIn((JSON.parse(file) as Record<typeof role, Account>)[role]);
}

/** A client of the shared platform that has not signed in. */
export const visitor = () => graphClient(inject('platform').url);

/** Somebody new on the shared platform, signed in. */
export const newStudent = () =>
  registerStudent(visitor(), httpMailbox(inject('platform').mailboxUrl));
