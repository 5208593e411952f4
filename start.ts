/**
 * `npm start`: the whole platform in one process. Stores that have no URL run embedded, their files under
 * `.data/`. What happens, in order: start/platform.ts.
 */
import { closeOnSignal, createLogger } from '@pcc/platform';
import { startConfig } from './start/env.js';
import { describeFailure } from './start/failure.js';
import { startPlatform } from './start/platform.js';
import { consoleProgress } from './start/progress.js';

const progress = consoleProgress((text) => process.stdout.write(text));
try {
  const config = startConfig();
  const started = performance.now();
  progress.line('PCC LMS is starting');
  const platform = await startPlatform(config, progress);
  closeOnSignal(platform, createLogger({ name: 'platform', level: config.logLevel }));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (platform.mailboxUrl !== null) {
    progress.line(`\nMails are not sent, but kept: ${platform.mailboxUrl}`);
  }
  progress.line(`\nReady in ${seconds} s. Playground: ${platform.url}/  (Ctrl-C stops everything)`);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exit(1);
}
