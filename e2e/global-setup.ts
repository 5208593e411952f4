import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startPlatformProcess } from '@pcc/testkit';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A running platform with demo data, shared by the files that do not need one of their own. */
    platform: { url: string; mailboxUrl: string; dataDirectory: string };
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(process.execPath, ['tools/build.mjs'], { cwd: root, stdio: 'inherit' });
  const platform = await startPlatformProcess();
  const { url, mailboxUrl, dataDirectory } = platform;
  project.provide('platform', { url, mailboxUrl, dataDirectory });
  return () => platform.close();
}
