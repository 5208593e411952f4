import type { Logger } from '@pcc/platform';
import { Redis } from 'ioredis';
import {
  asUnavailable,
  StoreError,
  storeUnavailable,
  withinMs,
  errorMessage,
} from '../../errors.js';

const commandTimeoutMs = 2_000;
const connectTimeoutMs = 5_000;
const maxReconnectDelayMs = 1_000;

/**
 * Fails fast and comes back by itself: while Redis is away every command is refused at once, and the
 * connection is tried again at least once a second, for ever.
 */
export async function openRedis(url: string, name: string, logger: Logger): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    // Commands that were under way when the connection broke fail; sending them again could double them.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false, // the PubSub adapter does it, to know when it is done
    connectionName: `pcc-${name}`,
    retryStrategy: (attempt) => Math.min(attempt * 50, maxReconnectDelayMs),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: error, connection: name }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info({ connection: name }, 'Redis is back');
    away = false;
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new StoreError(`Cannot connect to Redis: ${errorMessage(error)}`, { cause: error });
  }
  return redis;
}

/** Runs a command; an answer that says no is thrown as it is, no answer becomes STORE_UNAVAILABLE. */
export async function command<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') throw error;
    throw storeUnavailable('redis', error);
  }
}

export const pingRedis = (redis: Redis): Promise<void> =>
  asUnavailable('redis', async () => {
    await withinMs(commandTimeoutMs, redis.ping());
  });
