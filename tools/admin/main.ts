/**
 * `npm run admin -- create EMAIL [--name NAME] [--password-stdin]`: makes an admin, of somebody new or of somebody who has
 * an account. It talks to the running learning subgraph. See docs/operate-people.md.
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { findTargets } from '../dead-letters/env.js';
import { operatorOf } from '../dead-letters/operator.js';
import { describeFailure } from '../failure.js';
import { createAdmin } from './create.js';

const usage = `usage: npm run admin -- create EMAIL [--name NAME] [--password-stdin]
  Somebody new gets a link that sets her password, printed here, once and for an hour;
  with --password-stdin the password is the first line of standard input.
  Somebody who has an account keeps it, and her password.
It finds the platform that runs on DATA_DIR (.data), or the processes in SUBGRAPHS and VIEWER_SIGNING_SECRETS.`;

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
    const operator = operatorOf(await findTargets());
    const password = values['password-stdin'] ? await firstLine() : undefined;
    for (const line of await createAdmin(operator, { email, name: values.name, password })) {
      console.log(line);
    }
  }
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}

/** Not from the command line, which everybody on the machine can read. */
async function firstLine(): Promise<string> {
  return (await text(process.stdin)).split(/\r?\n/)[0] ?? '';
}
