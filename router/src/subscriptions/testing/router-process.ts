/** A router as a process of its own, to be killed: configured by the environment, it prints its port. */
import { silentLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { startRouter } from '../../container.js';

const [url, jwksUrl, secret, subgraphs] = process.argv.slice(2) as [string, string, string, string];
const router = await startRouter({
  config: {
    port: 0,
    viewerSecrets: [secret],
    jwksUrl,
    subgraphs: JSON.parse(subgraphs) as Record<string, string>,
    rateLimits: false,
    supergraphPollMs: 0,
    limits: { maxSocketsPerViewer: 10_000, maxSubscriptionsPerViewer: 10_000 },
  },
  redis: await redisPorts({ url, logger: silentLogger }),
  logger: silentLogger,
});
process.stdout.write(`${router.port}\n`);
