import { parseArgs } from 'node:util';
import { closeOnSignal, closeStack, createLogger, runMain } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { startRouter } from './container.js';
import { readServeEnv } from './env.js';

const usage = 'usage: npm run router -- --supergraph FILE [--port N] [--url name=URL]…';

/**
 * `npm run router -- --supergraph FILE --port N`: serves any Federation 2 supergraph from this one process.
 * Everybody is anonymous unless JWKS_URL is set, and rate limits are off unless RATE_LIMITS is; the other
 * variables of the router mean the same as ever.
 */
await runMain(async () => {
  const { values } = parseArgs({
    options: {
      supergraph: { type: 'string' },
      port: { type: 'string', default: '4000' },
      url: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.supergraph === undefined) throw new Error(usage);
  const { config, redisUrl, logLevel } = readServeEnv({
    supergraph: values.supergraph,
    port: values.port,
    urls: values.url,
  });
  const logger = createLogger({ name: 'router', level: logLevel });
  const resources = closeStack(logger);
  const redis = resources.use('redis', await redisPorts({ url: redisUrl, logger }));
  const router = resources.use('router', await startRouter({ config, redis, logger }));
  process.stdout.write(`http://127.0.0.1:${router.port}/graphql\n`);
  closeOnSignal(resources, logger);
});
