import { errorMessage, type Logger } from '@pcc/platform';
import type { PubSub, PubSubMessage, Unsubscribe } from '@pcc/stores';
import type { GraphQLFormattedError } from 'graphql';
import type { OperationResult } from '../execution/engine.js';
import { SubgraphFailure, type SubgraphError } from '../execution/errors.js';
import type { RequestScope } from '../execution/execution.js';
import { createInbox, type Inbox } from './inbox.js';
import type { Observed } from './observed.js';
import { OwnerRefusal, type Opened, type Owner } from './owner.js';

type Result = Pick<OperationResult, 'data' | 'errors'>;

export interface SubscriptionDeps {
  readonly owner: Owner;
  readonly pubSub: PubSub;
  /** Fresh for every call: a signed viewer is short-lived. */
  readonly scope: () => Promise<RequestScope>;
  /** Adds the rest of the plan to what the owner resolved, and shapes the answer. */
  readonly complete: (
    event: { readonly data: unknown; readonly errors: readonly GraphQLFormattedError[] },
    scope: RequestScope,
  ) => Promise<Result>;
  /** Does the work of answering one event. */
  readonly observed: Observed;
  readonly maxQueuedMessages: number;
  /** Called when the client is too slow for a stream that cannot be replayed. */
  readonly onOverflow: () => void;
  readonly logger: Logger;
}

/** A subscription's answers. `return` ends it at once, also while it waits. */
export type ResultStream = AsyncIterableIterator<Result, undefined>;

const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** Codes that mean: the same call may work a moment later. */
const passing = new Set(['STORE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'DOWNSTREAM_SERVICE_ERROR']);

/**
 * Opens a subscription at its owner and answers every message on its topics, in order.
 *
 * A replayable stream (its messages have a `seq`) is complete: the topics are heard first, then the store
 * is replayed from the client's position, then live messages follow, those at or below the last `seq`
 * dropped. A jump in `seq`, an interruption of PubSub or an overflow replays again.
 *
 * @returns the errors when the owner refuses
 */
export async function startSubscription(
  deps: SubscriptionDeps,
): Promise<ResultStream | { readonly errors: readonly GraphQLFormattedError[] }> {
  try {
    const opened = await deps.owner.open(await deps.scope());
    const inbox = createInbox(deps.maxQueuedMessages, (full) => {
      if (opened.replayable) full.requestReplay();
      else deps.onOverflow();
    });
    const stop = await listen(deps, opened, inbox);
    return endable(answers(deps, opened, inbox), async () => {
      inbox.close();
      await stop();
    });
  } catch (error) {
    return { errors: errorsOf(error, deps) };
  }
}

async function listen(
  { pubSub }: SubscriptionDeps,
  opened: Opened,
  inbox: Inbox,
): Promise<() => Promise<void>> {
  const heard: Unsubscribe[] = [];
  const unhear = () => Promise.all(heard.map((unsubscribe) => unsubscribe()));
  try {
    for (const topic of opened.topics) {
      heard.push(await pubSub.subscribe(topic, (message) => inbox.push(message)));
    }
  } catch (error) {
    await unhear();
    throw error;
  }
  const stopWatching = opened.replayable
    ? pubSub.onInterruption(() => inbox.requestReplay())
    : () => undefined;
  if (opened.replayable && opened.position !== undefined) inbox.requestReplay();
  return async () => {
    stopWatching();
    await unhear();
  };
}

async function* answers(
  deps: SubscriptionDeps,
  opened: Opened,
  inbox: Inbox,
): AsyncGenerator<Result, undefined> {
  let last = opened.position;
  const isNew = ({ seq }: PubSubMessage) => last === undefined || seq === undefined || seq > last;
  async function* replay(): AsyncGenerator<Result> {
    for (let complete = false; !complete && !inbox.isClosed;) {
      const page = await persist(deps, inbox, async (scope) => deps.owner.replay(last ?? 0, scope));
      if (page === undefined) return;
      for (const message of page.events) {
        if (!isNew(message)) continue;
        yield await deliver(deps, opened, inbox, message);
        last = message.seq;
      }
      complete = page.complete;
    }
  }
  try {
    for (;;) {
      const item = await inbox.take();
      if (item.kind === 'closed') return undefined;
      if (item.kind === 'replay') {
        if (last !== undefined) yield* replay();
        continue;
      }
      const { message } = item;
      if (opened.replayable && !isNew(message)) continue;
      const jumps = last !== undefined && message.seq !== undefined && message.seq > last + 1;
      // PubSub is best effort: what it lost stands in the store, and this message too.
      if (opened.replayable && jumps) yield* replay();
      if (opened.replayable && !isNew(message)) continue;
      yield await deliver(deps, opened, inbox, message);
      if (opened.replayable) last = message.seq ?? last;
    }
  } catch (error) {
    // The owner no longer lets the client listen: the last thing it hears is why.
    if (!(error instanceof OwnerRefusal)) throw error;
    yield { data: 'null', errors: errorsOf(error, deps) };
    return undefined;
  }
}

/** One message's answer. Of a replayable stream none may be skipped, so passing failures are waited out. */
async function deliver(
  deps: SubscriptionDeps,
  { replayable }: Opened,
  inbox: Inbox,
  message: PubSubMessage,
): Promise<Result> {
  const work = async (scope: RequestScope): Promise<Result> => {
    const event = await deps.owner.resolve(message.payload, scope);
    if (replayable && event.errors.some(isPassing)) throw new OwnerRefusal(event.errors);
    return deps.complete({ data: event.data, errors: event.errors.map(formatted) }, scope);
  };
  const attempt = (scope: RequestScope) => deps.observed(scope, work);
  if (replayable) {
    const result = await persist(deps, inbox, attempt);
    return result ?? { data: 'null' };
  }
  try {
    return await attempt(await deps.scope());
  } catch (error) {
    return { data: 'null', errors: errorsOf(error, deps) };
  }
}

/**
 * Repeats a call until it works or the client has gone.
 * @returns `undefined` when the client has gone
 * @throws OwnerRefusal when the owner refuses for good
 */
async function persist<Value>(
  deps: SubscriptionDeps,
  inbox: Inbox,
  call: (scope: RequestScope) => Promise<Value>,
): Promise<Value | undefined> {
  for (let wait = firstRetryMs; !inbox.isClosed; wait = Math.min(wait * 2, longestRetryMs)) {
    try {
      return await call(await deps.scope());
    } catch (error) {
      const mayPass =
        error instanceof SubgraphFailure ||
        (error instanceof OwnerRefusal && error.errors.some(isPassing));
      if (!mayPass) throw error;
      deps.logger.warn({ reason: errorMessage(error) }, 'a subscription waits for its owner');
      await inbox.pause(wait);
    }
  }
  return undefined;
}

const isPassing = ({ extensions }: SubgraphError) => passing.has(String(extensions['code']));

const formatted = ({ message, path, extensions }: SubgraphError): GraphQLFormattedError => ({
  message,
  ...(path === undefined ? {} : { path }),
  extensions,
});

function errorsOf(error: unknown, { owner, logger }: SubscriptionDeps): GraphQLFormattedError[] {
  if (error instanceof OwnerRefusal) return error.errors.map(formatted);
  logger.warn({ subgraph: owner.subgraph, reason: errorMessage(error) }, 'a subscription failed');
  const code =
    error instanceof SubgraphFailure ? 'DOWNSTREAM_SERVICE_ERROR' : 'INTERNAL_SERVER_ERROR';
  return [{ message: 'The subscription is not available at the moment.', extensions: { code } }];
}

/** An async generator alone ignores `return` while it awaits: ending what it awaits comes first. */
function endable(
  source: AsyncGenerator<Result, undefined>,
  end: () => Promise<void>,
): ResultStream {
  let ended: Promise<void> | undefined;
  const endOnce = () => (ended ??= end());
  return {
    async next() {
      const step = await source.next();
      if (step.done === true) await endOnce();
      return step;
    },
    async return() {
      await endOnce();
      return source.return(undefined);
    },
    async throw(error) {
      await endOnce();
      return source.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
