import { newId } from '@pcc/platform';
import type { ViewerClient } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrder, startTestCommerce, type TestCommerce } from '../../test-support.js';

let commerce: TestCommerce;
const [alice, bob] = [newId(), newId()];
/** Alice's, oldest first. */
const orderIds: string[] = [];

beforeAll(async () => {
  commerce = await startTestCommerce();
  for (let made = 0; made < 5; made++) {
    const order = await createOrder(commerce.as(alice), [await commerce.course(1000 + made)]);
    orderIds.push(order.id);
  }
});
afterAll(() => commerce.close());

interface Orders {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
  totalCount?: number;
}

const entities = (client: ViewerClient, fields: string, representations: object[]) =>
  client.query<{ _entities: (Record<string, unknown> | null)[] }>(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${fields} } }`,
    { representations },
  );
const ordersOf = async (client: ViewerClient, userIds: string[], args: string) => {
  const { data, errors } = await entities(
    client,
    `... on User { orders${args} { nodes { id } pageInfo { hasNextPage endCursor } totalCount } }`,
    userIds.map((id) => ({ __typename: 'User', id })),
  );
  return { orders: data._entities.map((user) => user?.['orders'] as Orders | null), errors };
};

describe('orders of a person', () => {
  it('come in pages, newest first', async () => {
    const first = await ordersOf(commerce.as(alice), [alice], '(first: 2)');
    const page = first.orders[0];
    expect(page?.nodes.map(({ id }) => id)).toEqual([orderIds[4], orderIds[3]]);
    expect(page).toMatchObject({ pageInfo: { hasNextPage: true }, totalCount: 5 });
    const after = `(first: 3, after: "${page?.pageInfo.endCursor}")`;
    const [rest] = (await ordersOf(commerce.as(alice), [alice], after)).orders;
    expect(rest?.nodes.map(({ id }) => id)).toEqual([orderIds[2], orderIds[1], orderIds[0]]);
    expect(rest?.pageInfo.hasNextPage).toBe(false);
  });

  it('are for themselves and admins', async () => {
    const { orders } = await ordersOf(commerce.admin, [alice, bob], '');
    expect(orders.map((page) => page?.totalCount)).toEqual([5, 0]);
    const forbidden = await ordersOf(commerce.as(bob), [bob, alice], '');
    expect(forbidden.orders).toMatchObject([{ totalCount: 0 }, null]);
    expect(forbidden.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it.each(['(first: 101)', '(first: -1)', '(after: "x")', '(after: "WyJ4Il0")'])(
    'refuse %s',
    async (args) => {
      const { errors } = await ordersOf(commerce.as(alice), [alice], args);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );
});

describe('one order', () => {
  const order = (client: ViewerClient, id: string) =>
    client.query<{ order: { id: string } | null }>(`query ($id: ID!) { order(id: $id) { id } }`, {
      id,
    });
  it('is for its owner and admins, by id and as an entity', async () => {
    const id = orderIds[0] ?? '';
    const reference = [{ __typename: 'Order', id }];
    for (const client of [commerce.as(alice), commerce.admin]) {
      expect((await order(client, id)).data.order).toEqual({ id });
      const { data } = await entities(client, '... on Order { status }', reference);
      expect(data._entities).toEqual([{ status: 'PENDING' }]);
    }
    expect((await order(commerce.as(bob), id)).data.order).toBeNull();
    const { data } = await entities(commerce.as(bob), '... on Order { status }', reference);
    expect(data._entities).toEqual([null]);
    expect((await order(commerce.as(alice), 'no id')).data.order).toBeNull();
  });

  it('wants somebody signed in', async () => {
    const response = await fetch(`${commerce.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(response.status).toBe(401);
  });
});

describe('Course.price', () => {
  it('is public, null for what is not for sale, and one statement for many', async () => {
    const priced = await commerce.course(5_000_000_000);
    const ids = [priced, newId(), 'no id', await commerce.course(0, 'USD')];
    const { data, headers } = await entities(
      commerce.as(bob),
      '... on Course { price { amountMinor currency } }',
      ids.map((id) => ({ __typename: 'Course', id })),
    );
    expect(data._entities).toEqual([
      { price: { amountMinor: '5000000000', currency: 'EUR' } },
      { price: null },
      { price: null },
      { price: { amountMinor: '0', currency: 'USD' } },
    ]);
    expect(headers.get('cache-control')).toBe('max-age=5, public');
  });
});
