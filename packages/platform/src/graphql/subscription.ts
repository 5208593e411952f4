import type { RequestContext } from './context.js';

/** What a client's subscription listens to. */
export interface OpenedSubscription {
  /** Topics on PubSub. Only names that the viewer may hear belong here: this is the authorization. */
  readonly topics: readonly string[];
  /** For replayable streams: the `seq` that the client has already seen; replay starts behind it. */
  readonly position?: number;
}

/** One message of a replayable stream. */
export interface ReplayedMessage {
  /** Counts up by recipient (or chat session) without gaps. */
  readonly seq: number;
  readonly payload: unknown;
}

export interface ReplayPage {
  /** In ascending `seq`, bounded in number. */
  readonly events: readonly ReplayedMessage[];
  /** Whether the store had no more behind these. */
  readonly complete: boolean;
}

export interface SubscriptionHandlers<Args, Context extends RequestContext, Payload> {
  /**
   * For replayable streams: names the argument that says the position, on which `resolve` must not depend. Subscriptions
   * that differ in it alone are then executed once, wherever each of them began.
   */
  readonly positionArgument?: string;
  /** Authorizes and names the topics. @throws AppError when the viewer may not listen */
  open(args: Args, context: Context): Promise<OpenedSubscription>;
  /** Messages behind `after` from the store: what PubSub may have lost. Only for streams with a `seq`. */
  replay?(args: Args, context: Context, after: number): Promise<ReplayPage>;
  /** The field's value for one message, under the viewer. Runs for each message. */
  resolve(payload: Payload, args: Args, context: Context): unknown;
}

const extensionKey = 'pccSubscription';

/**
 * A resolver of a subscription field. The router drives it over the internal endpoints (DESIGN section 7):
 * a subgraph holds no socket and no state for a subscription.
 */
export function subscription<Args, Context extends RequestContext, Payload>(
  handlers: SubscriptionHandlers<Args, Context, Payload>,
) {
  return {
    // graphql-js wants a `subscribe`; nobody may subscribe past the router.
    subscribe: (): AsyncIterable<never> => {
      throw new Error('Subscriptions are served by the router.');
    },
    resolve: (payload: Payload, args: Args, context: Context) =>
      handlers.resolve(payload, args, context),
    extensions: { [extensionKey]: handlers },
  };
}

/** The handlers that `subscription()` left on a field. */
export const handlersOf = (
  extensions: Readonly<Record<string, unknown>>,
): SubscriptionHandlers<unknown, RequestContext, unknown> | undefined =>
  extensions[extensionKey] as SubscriptionHandlers<unknown, RequestContext, unknown> | undefined;
