import { errorMessage } from '@pcc/platform';
import type { StoredEvent } from './event.js';

/** An event that a consumer could not handle. */
export interface DeadLetter {
  readonly event: StoredEvent;
  /** Of the last attempt. */
  readonly error: string;
  /** How often it was tried before it was buried, and in replays since; 0 when it could not be read. */
  readonly attempts: number;
  readonly failedAt: Date;
}

export interface DeadLetterPage {
  /** The last id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * The storage side of the dead letters; several consumers may share it. An effect and its dead letter
 * exclude each other: `UnitOfWork.runOnce` removes the letter in the transaction of the effect, and `bury`
 * keeps nothing whose effect has happened.
 */
export interface DeadLetterStore {
  /** Writes the letter, or its new error and attempts. */
  bury(consumer: string, event: StoredEvent, error: unknown, attempts: number): Promise<void>;
  /** By event id, which is the order in which they were emitted. */
  list(consumer: string, page: DeadLetterPage): Promise<readonly DeadLetter[]>;
  find(consumer: string, eventId: string): Promise<DeadLetter | null>;
  /** @returns whether there was one */
  remove(consumer: string, eventId: string): Promise<boolean>;
}

const longestError = 2_000;

/** An error as it is kept: not endless, and without what PostgreSQL's text cannot hold. */
export const storableError = (error: unknown): string =>
  storableText(errorMessage(error)).slice(0, longestError);

/** JSON of an event that PostgreSQL takes: its `jsonb` has neither NUL nor half of a surrogate pair. */
export const storableJson = (event: StoredEvent): string =>
  JSON.stringify(event, (_key, value: unknown) =>
    typeof value === 'string' ? storableText(value) : value,
  );

const storableText = (text: string): string => text.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');
