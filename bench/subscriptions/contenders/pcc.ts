/** Our router as a process: `node pcc.js SUPERGRAPH_FILE`. Messages come by standard input, and pass PubSub. */
import { randomBytes } from 'node:crypto';
import { createLogger } from '@pcc/platform';
import { startRouter } from '@pcc/router';
import { redisPorts } from '@pcc/stores';
import { readMessages } from '../messages.js';

const logger = createLogger({ name: 'router', level: 'warn' }, process.stderr);
const redis = await redisPorts({ url: process.env['REDIS_URL'], logger });
const many = 1_000_000;
const router = await startRouter({
  config: {
    port: 0,
    viewerSecrets: [randomBytes(32).toString('hex')],
    supergraphFile: process.argv[2] ?? '',
    supergraphPollMs: 0,
    slowOperationMs: 0,
    // Counted as by default, but never reached: all sockets come from one address.
    rateLimits: { anonymous: many, student: many, instructor: many, admin: many },
    limits: {
      maxSockets: many,
      maxSocketsPerViewer: many,
      maxSubscriptions: many,
      maxSubscriptionsPerViewer: many,
    },
  },
  redis,
  logger,
});
readMessages((message) => {
  void redis.pubSub.publish(message.room, { seq: message.seq, payload: message });
});
process.stdout.write(`ws://127.0.0.1:${router.port}/graphql\n`);
