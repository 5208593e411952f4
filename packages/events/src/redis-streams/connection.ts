import { errorMessage, type Logger } from '@pcc/platform';
import { Redis } from 'ioredis';

const connectTimeoutMs = 5_000;

/**
 * A connection of the bus. While Redis is away commands fail at once instead of queueing without bound:
 * the outbox keeps what could not be published.
 *
 * @param commandTimeoutMs how long an answer may take
 * @throws the reason when Redis cannot be reached at the start; later it may come and go
 */
export async function openConnection(
  url: string,
  name: string,
  commandTimeoutMs: number,
  logger: Logger,
): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: `pcc-events-${name}`,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
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
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new Error(`Cannot connect to Redis: ${errorMessage(error)}`, { cause: error });
  }
  return redis;
}

/**
 * Waits for a command's answer. When that is overdue the connection is made anew: Redis hangs or the network
 * swallows everything, and whatever is sent there only queues up.
 */
export async function settled<Value>(redis: Redis, command: Promise<Value>): Promise<Value> {
  try {
    return await command;
  } catch (error) {
    if (errorMessage(error) === 'Command timed out') redis.disconnect(true);
    throw error;
  }
}
