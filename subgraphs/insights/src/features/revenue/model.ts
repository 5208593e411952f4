import type { CurrencyCode } from '../../generated/graphql.js';

export interface Money {
  readonly amountMinor: bigint;
  readonly currency: CurrencyCode;
}

export interface RevenueDay {
  readonly date: string;
  readonly currency: CurrencyCode;
  readonly paid: Money;
  readonly refunded: Money;
  readonly net: Money;
}
