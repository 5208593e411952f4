import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = () =>
  join(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), '..');

/** Of the embedded engine's package; its data files depend on it. */
export function engineVersion(): string {
  const description = readFileSync(join(folder(), 'package.json'), 'utf8');
  return (JSON.parse(description) as { version: string }).version;
}

// TypeScript knows it from the browser's library only.
const { WebAssembly: webAssembly } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
};
let compiling: Promise<object> | undefined;

/** Compiled once in a process for all its workers: what one of them has made fast is fast for the next. */
export function compiledEngine(): Promise<object> {
  compiling ??= readFile(join(folder(), 'dist/pglite.wasm')).then((bytes) =>
    webAssembly.compile(bytes),
  );
  return compiling;
}
