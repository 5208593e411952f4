import { errorMessage, type Logger } from '@pcc/platform';
import type { PubSub, PubSubMessage, Unsubscribe } from '@pcc/stores';
import type { GraphQLFormattedError } from 'graphql';
import type { OperationResult } from '../execution/engine.js';
import { SubgraphFailure, type SubgraphError } from '../execution/errors.js';
import type { RequestScope } from '../execution/execution.js';
import { serialise } from '../pipeline.js';
import type { CalmWarning } from './calm-warnings.js';
import type { Inbox } from './inbox.js';
import type { Observed } from './observed.js';
import { OwnerRefusal, type Opened, type Owner } from './owner.js';
import type { SharedStream } from './shared-streams.js';
import type { Turns } from './turns.js';

type Result = Pick<OperationResult, 'data' | 'errors'>;

export interface SubscriptionDeps {
  readonly owner: Owner;
  readonly stream: SharedStream;
  /** For everything that the owner is asked: an event may concern thousands of subscriptions at the same moment. */
  readonly turns: Turns;
  readonly pubSub: PubSub;
  /** Closing it ends the subscription. */
  readonly inbox: Inbox;
  /** Fresh for every call: a signed viewer is short-lived. */
  readonly scope: () => Promise<RequestScope>;
  /** Adds the rest of the plan to what the owner resolved, and shapes the answer. */
  readonly complete: (
    event: { readonly data: unknown; readonly errors: readonly GraphQLFormattedError[] },
    scope: RequestScope,
  ) => Promise<Result>;
  /** Does the work of answering one event. */
  readonly observed: Observed;
  /** Sends an answer's JSON text; waits while the client is slow. */
  readonly emit: (answer: string) => Promise<void> | undefined;
  readonly warnOfWaiting: CalmWarning;
  readonly logger: Logger;
}

const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** Codes that mean: the same call may work a moment later. */
const passing = new Set(['STORE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'DOWNSTREAM_SERVICE_ERROR']);

/** What the owner said when it opened the stream, and the way to stop listening to it. */
export interface Listening {
  readonly opened: Opened;
  readonly stop: () => Promise<void>;
}

/**
 * Opens a subscription at its owner and hears its topics.
 * @returns the errors when the owner refuses or cannot be asked
 */
export async function openSubscription(
  deps: Omit<SubscriptionDeps, 'stream'>,
  open: () => Promise<Opened>,
): Promise<Listening | { readonly errors: readonly GraphQLFormattedError[] }> {
  try {
    const opened = await open();
    return { opened, stop: await listen(deps, opened) };
  } catch (error) {
    return { errors: errorsOf(error, deps) };
  }
}

async function listen(
  { pubSub, inbox }: Pick<SubscriptionDeps, 'pubSub' | 'inbox'>,
  opened: Opened,
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

/**
 * Answers every message, in order, until the inbox is closed or the owner refuses.
 *
 * A replayable stream (its messages have a `seq`) is complete: the topics are heard first, then the store
 * is replayed from the client's position, then live messages follow, those at or below the last `seq`
 * dropped. A jump in `seq`, an interruption of PubSub or an overflow replays again.
 */
export async function answerMessages(deps: SubscriptionDeps, opened: Opened): Promise<void> {
  const { inbox } = deps;
  let last = opened.position;
  const isNew = ({ seq }: PubSubMessage) => last === undefined || seq === undefined || seq > last;
  const answer = async (message: PubSubMessage): Promise<void> => {
    const text = await answerTo(deps, opened, message);
    if (text === undefined || inbox.isClosed) return;
    await deps.emit(text);
    if (opened.replayable) last = message.seq ?? last;
  };
  const replay = async (): Promise<void> => {
    for (let complete = false; !complete && !inbox.isClosed;) {
      const after = last ?? 0;
      const page = await persist(deps, () =>
        deps.stream.replay(after, () =>
          deps.turns.run(async () => deps.owner.replay(after, await deps.scope())),
        ),
      );
      if (page === undefined) return;
      for (const message of page.events) if (isNew(message)) await answer(message);
      complete = page.complete;
    }
  };
  try {
    for (;;) {
      const item = await inbox.take();
      if (item.kind === 'closed') return;
      if (item.kind === 'replay') {
        if (last !== undefined) await replay();
        continue;
      }
      const { message } = item;
      if (opened.replayable) {
        if (!isNew(message)) continue;
        const jumps = last !== undefined && message.seq !== undefined && message.seq > last + 1;
        // PubSub is best effort: what it lost stands in the store, and this message too.
        if (jumps) await replay();
        if (!isNew(message)) continue;
      }
      await answer(message);
    }
  } catch (error) {
    // The owner no longer lets the client listen: the last thing it hears is why.
    if (!(error instanceof OwnerRefusal)) throw error;
    await deps.emit(serialise({ data: 'null', errors: errorsOf(error, deps) }));
  }
}

/**
 * One message's answer. Of a replayable stream none may be skipped, so passing failures are waited out.
 * @returns `undefined` when the client has gone meanwhile
 */
async function answerTo(
  deps: SubscriptionDeps,
  { replayable }: Opened,
  message: PubSubMessage,
): Promise<string | undefined> {
  const work = async (scope: RequestScope): Promise<Result> => {
    const event = await deps.owner.resolve(message.payload, scope);
    if (replayable && event.errors.some(isPassing)) throw new OwnerRefusal(event.errors);
    return deps.complete({ data: event.data, errors: event.errors.map(formatted) }, scope);
  };
  // A replayed message is another object than the live one, but the same place in the stream.
  const place = replayable ? (message.seq ?? message) : message;
  const attempt = () =>
    deps.stream.answer(place, async () =>
      serialise(await deps.turns.run(() => deps.observed(work))),
    );
  if (replayable) return persist(deps, attempt);
  try {
    return await attempt();
  } catch (error) {
    return serialise({ data: 'null', errors: errorsOf(error, deps) });
  }
}

/**
 * Repeats a call until it works or the client has gone.
 * @returns `undefined` when the client has gone
 * @throws OwnerRefusal when the owner refuses for good
 */
async function persist<Value>(
  { inbox, warnOfWaiting }: SubscriptionDeps,
  call: () => Promise<Value>,
): Promise<Value | undefined> {
  for (let wait = firstRetryMs; !inbox.isClosed; wait = Math.min(wait * 2, longestRetryMs)) {
    try {
      return await call();
    } catch (error) {
      const mayPass =
        error instanceof SubgraphFailure ||
        (error instanceof OwnerRefusal && error.errors.some(isPassing));
      if (!mayPass) throw error;
      warnOfWaiting({ reason: errorMessage(error) });
      // Not all at the same moment, when the owner is back.
      await inbox.pause(wait * (0.5 + Math.random() / 2));
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

function errorsOf(
  error: unknown,
  { owner, logger }: Pick<SubscriptionDeps, 'owner' | 'logger'>,
): GraphQLFormattedError[] {
  if (error instanceof OwnerRefusal) return error.errors.map(formatted);
  logger.warn({ subgraph: owner.subgraph, reason: errorMessage(error) }, 'a subscription failed');
  const code =
    error instanceof SubgraphFailure ? 'DOWNSTREAM_SERVICE_ERROR' : 'INTERNAL_SERVER_ERROR';
  return [{ message: 'The subscription is not available at the moment.', extensions: { code } }];
}
