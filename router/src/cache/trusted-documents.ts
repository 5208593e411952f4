import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Operations that are known beforehand, by the SHA-256 of their text. */
export interface TrustedDocuments {
  /** Whether all other operations are refused. */
  readonly only: boolean;
  readonly texts: ReadonlyMap<string, string>;
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const noTrustedDocuments: TrustedDocuments = { only: false, texts: new Map() };

/**
 * Reads every `.graphql` file of a folder; a document's hash is that of the file, byte for byte.
 * @throws when the folder cannot be read
 */
export async function loadTrustedDocuments(options: {
  readonly directory: string;
  readonly only: boolean;
}): Promise<TrustedDocuments> {
  const names = await readdir(options.directory);
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.graphql'))
      .map((name) => readFile(join(options.directory, name), 'utf8')),
  );
  return { only: options.only, texts: new Map(texts.map((text) => [hashOf(text), text])) };
}
