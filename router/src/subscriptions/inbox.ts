import type { PubSubMessage } from '@pcc/stores';

/** What a subscription has to do next. */
export type InboxItem =
  | { readonly kind: 'message'; readonly message: PubSubMessage }
  /** Messages may have been lost: read the store. */
  | { readonly kind: 'replay' }
  | { readonly kind: 'closed' };

/** Messages that wait for one subscription: bounded, so that a slow client cannot fill the memory. */
export interface Inbox {
  push(message: PubSubMessage): void;
  requestReplay(): void;
  /** Waits for the next item; one caller at a time. A requested replay comes before messages. */
  take(): Promise<InboxItem>;
  /** Ends waiting, now and later. */
  close(): void;
  readonly isClosed: boolean;
  /** Waits, but not beyond `close`. */
  pause(ms: number): Promise<void>;
}

const closed: InboxItem = { kind: 'closed' };
const replay: InboxItem = { kind: 'replay' };

/** @param onOverflow called when a message finds the inbox full; the message is dropped */
export function createInbox(capacity: number, onOverflow: (inbox: Inbox) => void): Inbox {
  let messages: PubSubMessage[] = [];
  let replayRequested = false;
  let isClosed = false;
  /** Of the one who waits in `take`, and of the one who pauses. */
  let wake: (() => void) | undefined;
  let endPause: (() => void) | undefined;

  const next = (): InboxItem | undefined => {
    if (isClosed) return closed;
    if (replayRequested) {
      replayRequested = false;
      return replay;
    }
    const message = messages.shift();
    return message === undefined ? undefined : { kind: 'message', message };
  };

  const inbox: Inbox = {
    push(message) {
      if (isClosed) return;
      // A replay will bring everything that is waiting or still comes before it starts.
      if (messages.length >= capacity) onOverflow(inbox);
      else messages.push(message);
      wake?.();
    },
    requestReplay() {
      replayRequested = true;
      messages = [];
      wake?.();
    },
    async take() {
      for (;;) {
        const item = next();
        if (item !== undefined) return item;
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    },
    close() {
      isClosed = true;
      messages = [];
      wake?.();
      endPause?.();
    },
    get isClosed() {
      return isClosed;
    },
    async pause(ms) {
      if (isClosed) return;
      await new Promise<void>((resolve) => {
        endPause = resolve;
        setTimeout(resolve, ms).unref();
      });
    },
  };
  return inbox;
}
