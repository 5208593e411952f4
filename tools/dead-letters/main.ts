/**
 * `npm run dead-letters -- list|show|replay|discard|republish`: what an operator does with events that could
 * not be handled, or that the bus has lost. It talks to running subgraphs. See docs/operate-events.md.
 */
import { parseArgs } from 'node:util';
import { describeFailure } from '../failure.js';
import { commands } from './commands.js';
import { findTargets } from './env.js';
import { operatorOf } from './operator.js';

const usage = `usage: npm run dead-letters -- COMMAND [--subgraph NAME] [--type TYPE] [--id ID ...]
  list                     the events that a subgraph could not handle
  show --id ID             one of them, whole
  replay --id ID | --all   handles them again; each has its effect once
  discard --id ID          settles that they have no effect
  republish --since TIME   publishes again what went to the bus at TIME or later
It finds the platform that runs on DATA_DIR (.data), or the processes in SUBGRAPHS and VIEWER_SIGNING_SECRETS.`;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      subgraph: { type: 'string' },
      type: { type: 'string' },
      id: { type: 'string', multiple: true, default: [] },
      all: { type: 'boolean', default: false },
      since: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [name = '', ...rest] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (values.help) console.log(usage);
  else if (command === undefined || rest.length > 0) {
    console.error(usage);
    process.exitCode = 1;
  } else {
    const { subgraph, type, id: ids, all, since } = values;
    const operator = operatorOf(await findTargets());
    const selection = { subgraph, type, ids, all, since };
    const went = await command(operator, selection, (line) => console.log(line));
    process.exitCode = went ? 0 : 1;
  }
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}
