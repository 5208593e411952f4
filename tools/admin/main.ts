/**
 * `npm run admin -- create EMAIL [--name NAME] [--password-stdin]`: makes an admin, of somebody new or of somebody who has
 * an account, on the database or through the running learning subgraph. See docs/operate-people.md.
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { StoreError } from '@pcc/stores';
import { describeFailure } from '../failure.js';
import { createAdmin } from './create.js';
import { findWay } from './ways.js';

const usage = `usage: npm run admin -- create EMAIL [--name NAME] [--password-stdin]
  Somebody new gets a link that sets her password, printed here, once and for an hour;
  with --password-stdin the password is the first line of standard input.
  Somebody who has an account keeps it, and her password.
It takes the first of three ways, and says which:
  on the database that LEARNING_DATABASE_URL or DATABASE_URL names, by itself, with nothing running. A link needs
    learning's TOKEN_SIGNING_KEYS (and PUBLIC_URL); without them give the password. With REDIS_URL sessions end at once
  through the processes in SUBGRAPHS, with VIEWER_SIGNING_SECRETS
  through the platform that runs on DATA_DIR (.data)`;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      'password-stdin': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, email, ...rest] = positionals;
  if (values.help) console.log(usage);
  else if (command !== 'create' || email === undefined || rest.length > 0) {
    console.error(usage);
    process.exitCode = 1;
  } else {
    const password = values['password-stdin'] ? await firstLine() : undefined;
    const way = await findWay();
    // Beside whatever goes wrong.
    console.error(`Works ${way.description}.`);
    const open = await way.open();
    try {
      const wanted = { email, name: values.name, password };
      for (const line of await createAdmin(open, wanted, way.endsSessions)) console.log(line);
    } finally {
      await open.close();
    }
  }
} catch (error) {
  console.error(error instanceof StoreError ? error.message : describeFailure(error));
  process.exitCode = 1;
}

/** Not from the command line, which everybody on the machine can read. */
async function firstLine(): Promise<string> {
  return (await text(process.stdin)).split(/\r?\n/)[0] ?? '';
}
