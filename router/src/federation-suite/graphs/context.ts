/** @context and @fromContext: values from above in the answer, as arguments of fields below. */
const offer = (id: string) => ({ __typename: 'Offer', id });
const shop = (id: string, name: string, currency: string | null, offers: string[]) => ({
  __typename: 'Shop',
  id,
  name,
  currency,
  terms: { rates: currency === null ? null : [{ percent: 10 }, { percent: 20 }] },
  offers: offers.map(offer),
  ticket: { __typename: 'Ticket', id: `t-${id}` },
  best: offers[0] === undefined ? null : offer(offers[0]),
});
const shops = [
  shop('s1', 'Corner', 'EUR', ['o1', 'o2']),
  shop('s2', 'Mall', 'USD', ['o2', 'o3']),
  shop('s3', 'Fair', null, ['o1']),
];
const market = {
  __typename: 'Market',
  id: 'm1',
  coin: 'GBP',
  currency: 'another',
  offers: [offer('o1')],
  stalls: [shops[1], null, shops[0]],
};
const prices: Readonly<Record<string, number>> = { o1: 100, o2: 200, o3: 300 };

export const contextGraph = {
  shops: {
    typeDefs: `
      type Query { shops: [Shop!]! shop(id: ID!): Shop sellers: [Seller] grid: [[Shop]] }
      type Shop @key(fields: "id") {
        id: ID! name: String currency: String terms: Terms offers: [Offer!]! best: Offer ticket: Ticket
      }
      type Terms @shareable { rates: [Rate!] }
      type Rate @shareable { percent: Int }
      type Market @key(fields: "id") { id: ID! coin: String currency: String offers: [Offer!]! stalls: [Shop] }
      union Seller = Shop | Market
      type Offer @key(fields: "id") { id: ID! }
      type Ticket @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Query: {
        shops: () => shops,
        shop: (_: unknown, { id }: { id: string }) => shops.find((one) => one.id === id),
        sellers: () => [shops[0], market, null, shops[1]],
        grid: () => [[shops[0]], [], [shops[1], null]],
      },
    },
  },
  prices: {
    typeDefs: `
      type Shop @key(fields: "id") @context(name: "seller") @context(name: "shop") {
        id: ID! currency: String @external terms: Terms @external
      }
      type Terms { rates: [Rate!] @external }
      type Rate { percent: Int @external }
      type Market @key(fields: "id") @context(name: "seller") { id: ID! coin: String @external }
      type Offer @key(fields: "id") {
        id: ID!
        price(
          times: Int = 1
          in: String @fromContext(field: "$seller ... on Shop { currency } ... on Market { coin }")
        ): String
        bundle: [Offer!]
      }
      type Ticket @key(fields: "id") {
        id: ID!
        tax(
          rates: [Int] @fromContext(field: "$shop { terms { rates { percent } } }")
          in: String @fromContext(field: "$seller ... on Shop { currency } ... on Market { coin }")
        ): String
      }
    `,
    resolvers: {
      Offer: {
        price: (
          { id }: { id: string },
          { times, in: coin }: { times: number; in?: string | null },
        ) => `${(prices[id] ?? 0) * times} ${String(coin)}`,
        bundle: ({ id }: { id: string }) => [offer(id), offer('o3')],
      },
      Ticket: {
        tax: (_: unknown, given: { rates?: number[] | null; in?: string | null }) =>
          JSON.stringify([given.rates, given.in]),
      },
    },
  },
};
