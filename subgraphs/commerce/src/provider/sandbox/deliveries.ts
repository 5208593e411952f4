import { errorMessage, systemClock, type Logger } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Delivery } from './model.js';
import { sandboxRepository } from './repository.js';
import { stripeSignature } from './stripe-format.js';

export interface DeliveryDeps {
  readonly database: Database;
  readonly webhookUrl: string;
  readonly secret: string;
  readonly logger: Logger;
}

const batchSize = 20;
const timeoutMs = 10_000;
/** Longer than a whole batch that times out one by one would not be: deliveries of a batch run together. */
const leaseMs = 30_000;
const firstDelayMs = 250;
const longestDelayMs = 60 * 60_000;
/** With an hour between the last ones this is about three days, after which Stripe gives up too. */
const maximumAttempts = 85;

export const retryDelayMs = (attempts: number): number | null =>
  attempts >= maximumAttempts
    ? null
    : Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 30));

/** Calls the merchant's webhook for everything that is owed, and again until it answers with 2xx. */
export const webhookDeliveries = ({ database, webhookUrl, secret, logger }: DeliveryDeps) => {
  const post = async (payload: string): Promise<void> => {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        // Signed anew each time: the receiver refuses old signatures. The real time, whatever a test sets.
        'stripe-signature': stripeSignature(payload, secret, systemClock.now()),
      },
      body: payload,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer(); // frees the connection
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
  };
  const deliver = async ({ eventId, type, payload, attempts }: Delivery) => {
    try {
      await post(payload);
    } catch (error) {
      const delayMs = retryDelayMs(attempts);
      logger.warn({ eventId, type, attempts, delayMs }, `webhook: ${errorMessage(error)}`);
      await sandboxRepository.postpone(database, eventId, delayMs, errorMessage(error));
      return;
    }
    await sandboxRepository.markDelivered(database, eventId, systemClock.now());
  };
  return {
    /** @returns whether there may be more */
    async deliverDue(): Promise<boolean> {
      const due = await sandboxRepository.leaseDeliveries(database, batchSize, leaseMs);
      await Promise.all(due.map(deliver));
      return due.length === batchSize;
    },
  };
};
