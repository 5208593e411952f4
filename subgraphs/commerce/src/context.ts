import type { RequestContext } from '@pcc/platform/graphql';
import type { CouponService } from './features/coupon/service.js';
import { orderLoaders } from './features/order/loaders.js';
import type { OrderService } from './features/order/service.js';
import { priceLoaders } from './features/price/loaders.js';
import type { PriceService } from './features/price/service.js';
import { refundLoaders } from './features/refund/loaders.js';
import type { RefundService } from './features/refund/service.js';

export interface Services {
  readonly prices: PriceService;
  readonly coupons: CouponService;
  readonly orders: OrderService;
  readonly refunds: RefundService;
}

/** Fresh for each request: what they remember never outlives a viewer. */
const createLoaders = ({ prices, orders, refunds }: Services) => ({
  ...priceLoaders(prices),
  ...orderLoaders(orders),
  ...refundLoaders(refunds),
});

export interface Context extends RequestContext, Services {
  readonly loaders: ReturnType<typeof createLoaders>;
}

export const createContext =
  (services: Services) =>
  (request: RequestContext): Context => ({
    ...request,
    ...services,
    loaders: createLoaders(services),
  });
