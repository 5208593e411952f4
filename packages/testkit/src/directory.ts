import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closable } from '@pcc/platform';

export interface TestDirectory extends Closable {
  readonly path: string;
}

/** An empty folder of the test's own; `close` removes it with all that is in it. */
export async function testDirectory(): Promise<TestDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'pcc-test-'));
  return { path, close: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
