import { escapeHtml } from '@pcc/platform';
import { formatMoney, type Currency } from '../../money.js';
import type { SandboxCheckout } from './model.js';

const notes: Readonly<Record<SandboxCheckout['status'], string>> = {
  open: 'No money moves here. 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined.',
  complete: 'Paid. You may close this page.',
  expired: 'This checkout is closed.',
};

/** A page without script or style, for a policy that allows neither. @param notice what the last attempt came to */
export function checkoutPage(checkout: SandboxCheckout, notice: string | null): string {
  const total = formatMoney({
    amountMinor: checkout.amountMinor,
    currency: checkout.currency as Currency,
  });
  const form = `<form method="post" action="/sandbox/checkout/${escapeHtml(checkout.id)}/pay">
<p><label>Card number <input name="cardNumber" value="4242424242424242" inputmode="numeric" autocomplete="off" required></label></p>
<p><button>Pay ${escapeHtml(total)}</button></p>
</form>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox checkout</title></head>
<body>
<h1>Sandbox checkout</h1>
<p>${escapeHtml(checkout.description)}</p>
<p><strong>${escapeHtml(total)}</strong></p>
${notice === null ? '' : `<p role="alert">${escapeHtml(notice)}</p>`}
<p>${notes[checkout.status]}</p>
${checkout.status === 'open' ? form : ''}
</body>
</html>
`;
}
