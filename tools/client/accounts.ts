import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ClientError } from './errors.js';

const credentialsSchema = z.object({ email: z.string(), password: z.string() });
const accountsSchema = z.object({
  admin: credentialsSchema,
  instructor: credentialsSchema,
  student: credentialsSchema,
});

export type Credentials = z.output<typeof credentialsSchema>;
/** The accounts that `npm start` makes in an empty database. */
export type DemoAccounts = z.output<typeof accountsSchema>;

export const accountsFile = (dataDirectory: string): string =>
  join(dataDirectory, 'demo-accounts.json');

/** @throws ClientError when the file is missing or not what `npm start` writes */
export async function readDemoAccounts(dataDirectory: string): Promise<DemoAccounts> {
  const path = accountsFile(dataDirectory);
  try {
    return accountsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new ClientError(
        `No demo accounts in ${path}. Give the platform's data folder as DATA_DIR, or an access token as PCC_TOKEN.`,
      );
    }
    throw new ClientError(`Cannot read the demo accounts in ${path}.`, { cause: error });
  }
}
