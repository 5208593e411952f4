import { silentLogger, systemClock } from '@pcc/platform';
import { connectDatabase } from '../../database.js';
import { composer } from './compose.js';
import { linkTokens } from './link-token.js';
import { startMailWorker } from './worker.js';

/** A process of the test: says what it has sent, and never comes to mark it. */
startMailWorker({
  database: connectDatabase(process.argv[2] ?? ''),
  mailer: {
    send: (mail) => {
      process.stdout.write(`${JSON.stringify(mail)}\n`);
      return new Promise(() => undefined);
    },
    close: () => undefined,
  },
  compose: composer(linkTokens([Buffer.alloc(32, 7)]), 'https://school.test/app'),
  sweep: async () => undefined,
  clock: systemClock,
  logger: silentLogger,
});
