import { AppError, headerOf, readBody, sendJson, type Route } from '@pcc/platform';
import { readStripeEvent, type PaymentService } from './service.js';

export interface WebhookOptions {
  readonly payments: PaymentService;
  /** Of the endpoint at the provider, newest first. */
  readonly secrets: readonly string[];
  /** Whose events these are. */
  readonly provider: string;
}

const maximumBytes = 256 * 1024;

/**
 * `POST /webhooks/stripe`. 2xx means: kept for good, do not send again. 400 means that it is not to be
 * believed; anything else, that the provider should try again.
 */
export const stripeWebhook =
  ({ payments, secrets, provider }: WebhookOptions): Route =>
  async (request, response) => {
    if (request.method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED', 'Use POST.');
    const rawBody = await readBody(request, maximumBytes);
    const signature = headerOf(request, 'stripe-signature');
    const event = readStripeEvent(rawBody, signature, secrets, provider);
    const outcome = await payments.handle(event);
    sendJson(response, 200, { received: true, outcome });
  };
