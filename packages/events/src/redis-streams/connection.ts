import type { Logger } from '@pcc/platform';
import { Redis } from 'ioredis';

/**
 * A connection of the bus. While Redis is away commands fail at once instead of queueing without bound:
 * the outbox keeps what could not be published.
 */
export function openConnection(url: string, name: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    connectionName: `pcc-events-${name}`,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: error, connection: name }, 'event bus: Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info({ connection: name }, 'event bus: Redis is back');
    away = false;
  });
  return redis;
}
