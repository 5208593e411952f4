import { errorMessage, isStoreUnavailable, type Logger } from '@pcc/platform';
import type { BusSubscription } from './bus.js';
import type { DeadLetter, DeadLetterPage } from './dead-letters.js';
import { deliveryTimeoutMs, within } from './delivery.js';
import { parseEvent } from './event.js';
import type { UnitOfWork } from './unit-of-work.js';

export type Replay =
  | { readonly outcome: 'DONE' | 'NOT_FOUND' }
  /** It is buried again with this error. */
  | { readonly outcome: 'FAILED'; readonly error: string };

/** What an operator does with the dead letters of one group, in a process of that group. */
export interface DeadLetterDesk {
  list(page: DeadLetterPage): Promise<readonly DeadLetter[]>;
  find(eventId: string): Promise<DeadLetter | null>;
  /**
   * Handles the event as if it came from the bus, so its effect happens once however many replays and
   * deliveries there are, and the letter goes with it.
   * @throws the error of a store that is down: then nothing has changed
   */
  replay(eventId: string): Promise<Replay>;
  /**
   * Settles that the event shall have no effect in this group, also if it should come again.
   * @returns whether there was a letter
   */
  discard(eventId: string): Promise<boolean>;
}

export interface DeadLetterDeskOptions<Transaction> extends Pick<
  BusSubscription,
  'group' | 'types' | 'handle'
> {
  readonly unitOfWork: Pick<UnitOfWork<Transaction>, 'runOnce' | 'deadLetters'>;
  readonly logger: Logger;
}

export function deadLetterDesk<Transaction>(
  options: DeadLetterDeskOptions<Transaction>,
): DeadLetterDesk {
  const { group, types, handle, unitOfWork, logger } = options;
  const store = unitOfWork.deadLetters;
  const attempt = async ({ event: stored }: DeadLetter) => {
    const event = parseEvent(stored);
    // Buried by a version that did not know the type; this one does, and knows that it is for others.
    if (!types.includes(event.type)) return;
    await within(deliveryTimeoutMs, () => handle(event));
  };
  return {
    list: (page) => store.list(group, page),
    find: (eventId) => store.find(group, eventId),
    async replay(eventId) {
      const letter = await store.find(group, eventId);
      if (letter === null) return { outcome: 'NOT_FOUND' };
      try {
        await attempt(letter);
      } catch (error) {
        if (isStoreUnavailable(error)) throw error;
        await store.bury(group, letter.event, error, letter.attempts + 1);
        return { outcome: 'FAILED', error: errorMessage(error) };
      }
      // The effect's transaction has removed it; a handler without one leaves that to us.
      await store.remove(group, eventId);
      logger.info({ group, eventId, type: letter.event.type }, 'dead letter replayed');
      return { outcome: 'DONE' };
    },
    async discard(eventId) {
      const letter = await store.find(group, eventId);
      if (letter === null) return false;
      // Its place in the inbox is taken, as if the effect had happened, and the letter goes.
      await unitOfWork.runOnce(group, letter.event, async () => undefined);
      logger.warn({ group, eventId, type: letter.event.type }, 'dead letter discarded');
      return true;
    },
  };
}
