import type { Closable } from '@pcc/platform';

export interface CacheEntry {
  readonly key: string;
  readonly value: string;
  readonly ttlSeconds: number;
}

/** A cache of strings. Losing an entry at any time is allowed; serving one past its time is not. */
export interface KeyValueCache {
  get(key: string): Promise<string | null>;
  /** In the order of the keys, in one round trip. */
  getMany(keys: readonly string[]): Promise<(string | null)[]>;
  set(key: string, value: string, options: { readonly ttlSeconds: number }): Promise<void>;
  /** In one round trip, not in one step: others may see some of them before the rest. */
  setMany(entries: readonly CacheEntry[]): Promise<void>;
  /** Sets what is not there yet, in one round trip. @returns which ones were set here, in order */
  addMany(entries: readonly CacheEntry[]): Promise<boolean[]>;
  /** Counts up by one, from nothing to 1; the time to live begins anew. @returns the new count */
  increment(key: string, options: { readonly ttlSeconds: number }): Promise<number>;
  /** Sets a count unless a higher one is there; the time to live begins anew. */
  raise(key: string, count: number, options: { readonly ttlSeconds: number }): Promise<void>;
  delete(...keys: readonly string[]): Promise<void>;
}

export interface PubSubMessage {
  /** The recipient's position, for streams that can be replayed: receivers drop what is not above their last. */
  readonly seq?: number;
  /** Anything that JSON can hold. Receivers get what JSON makes of it, and must not change it. */
  readonly payload: unknown;
}

export type Unsubscribe = () => Promise<void>;

/**
 * Live messages to whoever listens now. Best effort: the store is the truth, and a receiver that must not
 * miss anything replays from there, at the start and after every interruption.
 */
export interface PubSub {
  /** Resolves when the message is handed over; delivery is asynchronous, and in order within a topic. */
  publish(topic: string, message: PubSubMessage): Promise<void>;
  /** Resolves when everything published from now on will be delivered. A throwing listener is logged. */
  subscribe(topic: string, listener: (message: PubSubMessage) => void): Promise<Unsubscribe>;
  /** Called after messages may have been lost and all subscriptions stand again. Returns the way to stop. */
  onInterruption(listener: () => void): () => void;
}

export interface RateLimit {
  /** How many calls a window allows. */
  readonly points: number;
  /** Whole ones. */
  readonly perSeconds: number;
}

export interface RateLimitResult {
  readonly allowed: boolean;
  /** Whole seconds until the window ends; 0 when allowed. */
  readonly retryAfterSeconds: number;
  readonly remaining: number;
}

export interface RateLimiter {
  /** Counts one call of `key`. Calls above the limit are refused until the window ends. */
  consume(key: string, limit: RateLimit): Promise<RateLimitResult>;
}

export interface Lock {
  /**
   * Runs `run` if nobody holds the lock, and keeps it until `run` has settled, however long that takes.
   *
   * @param options.ttlMs how soon others may take over after this process has died
   * @param run its signal aborts when the lock was lost (the store was away for longer than `ttlMs`)
   * @returns `undefined` when somebody else holds it
   */
  withLock<Value>(
    name: string,
    options: { readonly ttlMs: number },
    run: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value | undefined>;
}

export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: Date;
}

/** Which sessions are alive: asked by the router on every request, so that a revocation works at once. */
export interface SessionStore {
  /** Makes the session live until it expires, or moves its expiry and its owner; into the past, and it has ended. */
  put(session: LiveSession): Promise<void>;
  isLive(sessionId: string): Promise<boolean>;
  /** Ends a session. Unknown ones are none to end. */
  revoke(sessionId: string): Promise<void>;
  /** Ends all sessions of a person, and names them. */
  revokeAll(userId: string): Promise<string[]>;
  /** The person's live sessions, the one that expires first first. */
  list(userId: string): Promise<LiveSession[]>;
  /**
   * Tells of every revocation, in this or another process, so that open sockets can be closed. Best effort,
   * like PubSub: a socket also ends when its token expires.
   */
  onRevoked(listener: (sessionId: string) => void): Promise<Unsubscribe>;
}

export interface RedisPorts extends Closable {
  readonly cache: KeyValueCache;
  readonly pubSub: PubSub;
  readonly rateLimiter: RateLimiter;
  readonly lock: Lock;
  readonly sessions: SessionStore;
  /** @throws AppError STORE_UNAVAILABLE within 2 s when Redis does not answer */
  ping(): Promise<void>;
}
