import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, errorMessage } from '@pcc/platform';

/** Makes the data folder and checks that it can be written. @throws ConfigError */
export async function prepareDataDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ConfigError([
      `Cannot write to ${path}; choose another folder with DATA_DIR. (${errorMessage(error)})`,
    ]);
  }
}

/** Reads a JSON file of ours; `null` when it is not there. */
export async function readJsonFile<Value>(path: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ConfigError([`Cannot read ${path}: ${errorMessage(error)}`]);
  }
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(temporary, path);
}

/** What the one-process platform keeps secret between starts. */
export interface Secrets {
  /** Learning's private key for access tokens, as a JWK in text. */
  readonly signingKey: string;
  /** Shared by the payment provider and the webhook that checks its signature. */
  readonly webhookSecret: string;
}

/** Reads the secrets, or makes them at the first start. */
export async function loadSecrets(
  dataDirectory: string,
  makeSigningKey: () => Promise<string>,
): Promise<Secrets> {
  const path = join(dataDirectory, 'secrets.json');
  const known = await readJsonFile<Secrets>(path);
  if (known !== null) return known;
  const secrets: Secrets = {
    signingKey: await makeSigningKey(),
    webhookSecret: `whsec_${randomBytes(24).toString('base64url')}`,
  };
  await writePrivateFile(path, secrets);
  return secrets;
}
