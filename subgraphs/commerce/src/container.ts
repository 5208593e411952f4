import { mergeHandlers } from '@pcc/events';
import type { Clock, Logger } from '@pcc/platform';
import type { Services } from './context.js';
import type { Database, Transactions } from './database.js';
import { couponService } from './features/coupon/service.js';
import { ledgerService } from './features/ledger/service.js';
import { orderService, orderSettlement } from './features/order/service.js';
import { paymentService } from './features/payment/service.js';
import { priceService } from './features/price/service.js';
import { projectionHandlers } from './features/projection/events.js';
import { projectionService } from './features/projection/service.js';
import { refundHandlers } from './features/refund/events.js';
import { refundService } from './features/refund/service.js';
import type { PaymentProvider } from './provider/port.js';

export interface ContainerOptions {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly provider: PaymentProvider;
  readonly publicUrl: () => string;
  readonly onRefundRequested: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All the wiring: each service over the ones above it. */
export function createContainer(options: ContainerOptions) {
  const { database, transactions, provider, clock, logger, publicUrl } = options;
  const base = { database, transactions, provider, clock, logger };

  const projection = projectionService();
  const ledger = ledgerService(base);
  const prices = priceService({ ...base, projection });
  const coupons = couponService({ ...base, projection });
  const settlement = orderSettlement({ ...base, coupons, ledger });
  const orders = orderService({ ...base, projection, prices, coupons, settlement, publicUrl });
  const refunds = refundService({
    ...base,
    settlement,
    ledger,
    onRequested: options.onRefundRequested,
  });
  const payments = paymentService({ ...base, settlement, refunds, ledger });

  const services: Services = { prices, coupons, orders, refunds };
  const handlers = mergeHandlers(projectionHandlers(), refundHandlers(refunds));
  return { services, payments, handlers };
}
