/**
 * `npm run demo -- [--url URL] [--course SLUG] [--mailbox URL] [--json]` plays the main job against a running platform,
 * over HTTP and WebSocket, and exits 1 if any step fails.
 */
import { parseArgs } from 'node:util';
import { graphqlClient } from '../client/graphql-client.js';
import { graphqlUrl } from '../client/url.js';
import { toolEnv } from '../env.js';
import { describeFailure } from '../failure.js';
import { defaultCourse } from './default-course.js';
import { playMainJob } from './journey.js';
import { startPlay } from './play.js';

const usage = 'usage: npm run demo -- [--url URL] [--course SLUG] [--mailbox URL] [--json]';

try {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      course: { type: 'string', default: defaultCourse },
      mailbox: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) console.log(usage);
  else process.exitCode = await run(values);
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}

interface Options {
  readonly url?: string;
  readonly course: string;
  readonly mailbox?: string;
  readonly json: boolean;
}

async function run(values: Options): Promise<number> {
  const env = toolEnv();
  const url = graphqlUrl(values.url, env.port);
  const play = startPlay((line) => console.log(line));
  console.log(`The main job on “${values.course}” at ${url.href}`);
  const started = performance.now();
  const { course: slug, mailbox } = values;
  await playMainJob(play, { anonymous: graphqlClient({ url }), slug, env, mailbox });
  const failed = play.steps.filter(({ ok }) => !ok).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${play.steps.length - failed} of ${play.steps.length} steps in ${seconds} s`);
  if (values.json) console.log(JSON.stringify({ steps: play.steps }));
  return failed === 0 ? 0 : 1;
}
