/**
 * `npm run import -- exercism DIR [--url URL]` loads a course track into a running platform. It exits 0 when
 * the track was imported, bad rows or not, and 1 when nothing was.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { graphqlUrl } from '../client/url.js';
import { toolEnv } from '../env.js';
import { describeFailure } from '../failure.js';
import { importExercism } from './run.js';

const usage = `usage: npm run import -- exercism DIR [--url URL]
  DIR      the folder of an Exercism track, with its config.json
  --url    the platform; without it http://127.0.0.1 at PORT (4000)
It signs in as the admin kept under DATA_DIR (.data), or with the access token in PCC_TOKEN.`;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [format, directory, ...rest] = positionals;
  if (values.help) console.log(usage);
  else if (format !== 'exercism' || directory === undefined || rest.length > 0) {
    console.error(usage);
    process.exitCode = 1;
  } else {
    const env = toolEnv();
    await importExercism({
      directory: resolve(directory),
      url: graphqlUrl(values.url, env.port),
      env,
      write: (line) => console.log(line),
    });
  }
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}
