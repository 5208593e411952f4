/** The currencies of `CurrencyCode`; each has two decimal places. */
export const currencies = ['EUR', 'USD', 'GBP', 'BRL', 'MXN'] as const;
export type Currency = (typeof currencies)[number];

export interface Money {
  /** In the currency's smallest unit. */
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

export const money = (amountMinor: bigint, currency: Currency): Money => ({
  amountMinor,
  currency,
});

/** The largest price and the largest fixed discount; the tables check the same. */
export const maximumAmountMinor = 1_000_000_000_000n;

export const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n);

/** For people: `19.99 EUR`. */
export const formatMoney = ({ amountMinor, currency }: Money): string => {
  const digits = amountMinor.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)} ${currency}`;
};
