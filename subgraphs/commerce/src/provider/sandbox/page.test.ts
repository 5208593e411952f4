import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './deliveries.js';
import type { SandboxCheckout } from './model.js';
import { checkoutPage } from './page.js';

const checkout: SandboxCheckout = {
  id: 'cs_test_1',
  orderId: 'order',
  amountMinor: 5n,
  currency: 'EUR',
  description: '<script>alert("x")</script> & more',
  status: 'open',
  paymentIntent: 'pi_1',
  refundedMinor: 0n,
  createdAt: new Date(),
  expiresAt: new Date(),
};

describe('the checkout page', () => {
  it('shows what is bought as text, whatever it is called', () => {
    const page = checkoutPage(checkout, 'Your card was declined.');
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more');
    expect(page).not.toContain('<script');
    expect(page).toContain('0.05 EUR');
    expect(page).toContain('Your card was declined.');
  });

  it('offers to pay only while that is possible', () => {
    expect(checkoutPage(checkout, null)).toContain('<form');
    expect(checkoutPage({ ...checkout, status: 'complete' }, null)).not.toContain('<form');
  });
});

describe('retryDelayMs', () => {
  it('doubles up to an hour and gives up after about three days', () => {
    expect([1, 2, 3].map(retryDelayMs)).toEqual([250, 500, 1000]);
    expect(retryDelayMs(84)).toBe(60 * 60_000);
    expect(retryDelayMs(85)).toBeNull();
  });
});
