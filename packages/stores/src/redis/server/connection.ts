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
const heartbeatMs = 5_000;

/**
 * Fails fast and comes back by itself: while Redis is away every command is refused at once, and the
 * connection is tried again at least once a second, for ever. A connection that is silent for longer than a
 * command may take is given up: nobody would say otherwise that the other end of it is gone.
 *
 * @param timeoutMs how long a command may take; a connection for commands that block wants more
 * @throws StoreError when Redis cannot be reached now, or refuses the password
 */
export async function openRedis(
  url: string,
  name: string,
  logger: Logger,
  timeoutMs = commandTimeoutMs,
): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: timeoutMs,
    enableOfflineQueue: false,
    // Commands that were under way when the connection broke fail; sending them again could double them.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false, // the PubSub adapter does it, to know when it is done
    connectionName: `pcc-${name}`,
    retryStrategy,
    reconnectOnError: afterFailover(),
  });
  let lastError: Error | undefined;
  let away = false;
  redis.on('error', (error: Error) => {
    lastError = error;
    // Its message only: the command that failed may have been the one with the password.
    if (!away) logger.warn({ reason: errorMessage(error), connection: name }, 'Redis is away');
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
    // Some failures are told by the event alone, and here only that there is no connection.
    throw new StoreError(`Cannot connect to Redis: ${errorMessage(lastError ?? error)}`);
  }
  keepAlive(redis);
  return redis;
}

/** Not all processes at the same moment, when Redis is back. */
const retryStrategy = (attempt: number): number =>
  Math.min(2 ** attempt * 25, maxReconnectDelayMs) * (0.5 + Math.random() / 2);

/** The name may have moved to another server: once, for a server that stays read-only gains nothing by it. */
function afterFailover(): (error: Error) => boolean {
  let last = 0;
  return (error) => {
    if (!error.message.startsWith('READONLY') || Date.now() - last < heartbeatMs) return false;
    last = Date.now();
    return true;
  };
}

function keepAlive(redis: Redis): void {
  let connections = 0;
  redis.on('ready', () => connections++);
  const beat = async () => {
    if (redis.status !== 'ready') return;
    const connection = connections;
    try {
      await redis.ping();
    } catch {
      if (connection === connections && redis.status === 'ready') redis.disconnect(true);
    }
  };
  const timer = setInterval(() => void beat(), heartbeatMs);
  timer.unref();
  redis.on('end', () => clearInterval(timer));
}

/** Replies of a Redis that is there but cannot serve at the moment: starting, failed over, full, locked up. */
const notNow =
  /\b(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF|NOREPLICAS|NOAUTH|WRONGPASS)\b/;

/** Runs a command; an answer that says no is thrown as it is, no answer becomes STORE_UNAVAILABLE. */
export async function command<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    // ioredis puts the whole command on it, which must not come into the log.
    if (error instanceof Error) Reflect.deleteProperty(error, 'command');
    const isAnswer = error instanceof Error && error.name === 'ReplyError';
    if (isAnswer && !notNow.test(error.message)) throw error;
    throw storeUnavailable('redis', error);
  }
}

export const pingRedis = (redis: Redis): Promise<void> =>
  asUnavailable('redis', async () => {
    await withinMs(commandTimeoutMs, redis.ping());
  });
