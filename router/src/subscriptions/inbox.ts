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
  /** Waits for the next item. A requested replay comes before messages. */
  take(): Promise<InboxItem>;
  /** Ends waiting, now and later. */
  close(): void;
  readonly isClosed: boolean;
  /** Waits, but not beyond `close`. */
  pause(ms: number): Promise<void>;
}

/** @param onOverflow called when a message finds the inbox full; the message is dropped */
export function createInbox(capacity: number, onOverflow: (inbox: Inbox) => void): Inbox {
  let messages: PubSubMessage[] = [];
  let replayRequested = false;
  let closed = false;
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  const nextWake = (ms?: number) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => done(), ms);
      const done = () => {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      };
      wakers.add(done);
    });

  const inbox: Inbox = {
    push(message) {
      if (closed) return;
      // A replay will bring everything that is waiting or still comes before it starts.
      if (messages.length >= capacity) onOverflow(inbox);
      else messages.push(message);
      wake();
    },
    requestReplay() {
      replayRequested = true;
      messages = [];
      wake();
    },
    async take() {
      for (;;) {
        if (closed) return { kind: 'closed' };
        if (replayRequested) {
          replayRequested = false;
          return { kind: 'replay' };
        }
        const message = messages.shift();
        if (message !== undefined) return { kind: 'message', message };
        await nextWake();
      }
    },
    close() {
      closed = true;
      messages = [];
      wake();
    },
    get isClosed() {
      return closed;
    },
    async pause(ms) {
      const end = Date.now() + ms;
      for (let left = ms; left > 0 && !closed; left = end - Date.now()) await nextWake(left);
    },
  };
  return inbox;
}
