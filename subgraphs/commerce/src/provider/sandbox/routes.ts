import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, headerOf, parseJsonObject, readBody, sendJson, type Route } from '@pcc/platform';
import type { SandboxCheckout } from './model.js';
import { checkoutPage } from './page.js';
import type { PaymentAttempt, Sandbox } from './sandbox.js';

const checkoutPath = /^\/sandbox\/checkout\/(cs_test_[0-9a-f]{32})(\/pay)?$/;
const maximumBytes = 4096;

/** Status, Stripe's code, and words for each way an attempt to pay may end. */
const answers: Readonly<
  Record<PaymentAttempt, readonly [status: number, code: string, message: string]>
> = {
  paid: [200, 'paid', 'Paid.'],
  declined: [402, 'card_declined', 'Your card was declined.'],
  unknown_card: [402, 'incorrect_number', 'The sandbox takes only its test cards.'],
  closed: [409, 'checkout_closed', 'This checkout is closed.'],
  not_found: [404, 'resource_missing', 'There is no such checkout.'],
};

/** `/sandbox/*`: the provider's page, for people with a browser and for programs with JSON. */
export const sandboxRoutes =
  (sandbox: Sandbox): Route =>
  async (request, response, { url }) => {
    const [, id, action] = checkoutPath.exec(url.pathname) ?? [];
    if (id === undefined) throw new AppError('NOT_FOUND');
    const expected = action === undefined ? 'GET' : 'POST';
    if (request.method !== expected) throw new AppError('METHOD_NOT_ALLOWED', `Use ${expected}.`);
    const attempt =
      action === undefined
        ? null
        : await sandbox.pay(id, cardNumberOf(request, await body(request)));
    const checkout = await sandbox.checkout(id);
    if (checkout === null) throw new AppError('NOT_FOUND', 'There is no such checkout.');
    const wantsPage = (headerOf(request, 'accept') ?? '').includes('text/html');
    (wantsPage ? sendPage : sendData)(response, checkout, attempt);
  };

const body = (request: IncomingMessage) => readBody(request, maximumBytes);

/** Reads `cardNumber` from JSON or from the page's form; spaces between the digits are fine. */
function cardNumberOf(request: IncomingMessage, bytes: Buffer): string {
  const isForm = (headerOf(request, 'content-type') ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  const value = isForm
    ? new URLSearchParams(bytes.toString('utf8')).get('cardNumber')
    : parseJsonObject(bytes)['cardNumber'];
  if (typeof value !== 'string') throw new AppError('BAD_USER_INPUT', 'Give a cardNumber.');
  return value.replace(/\s/g, '');
}

function sendPage(
  response: ServerResponse,
  checkout: SandboxCheckout,
  attempt: PaymentAttempt | null,
): void {
  const [status, , message] = attempt === null ? [200, '', null] : answers[attempt];
  response.statusCode = status;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader(
    'content-security-policy',
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  response.end(checkoutPage(checkout, attempt === 'paid' ? null : message));
}

function sendData(
  response: ServerResponse,
  checkout: SandboxCheckout,
  attempt: PaymentAttempt | null,
): void {
  const session = {
    id: checkout.id,
    status: checkout.status,
    amountMinor: checkout.amountMinor.toString(),
    currency: checkout.currency,
    description: checkout.description,
    expiresAt: checkout.expiresAt,
  };
  if (attempt === null || attempt === 'paid') return sendJson(response, 200, session);
  const [status, code, message] = answers[attempt];
  sendJson(response, status, { ...session, error: { code, message } });
}
