import { mergeHandlers, postgresUnitOfWork } from '@pcc/events';
import type { Clock, Logger } from '@pcc/platform';
import type { Services } from './context.js';
import { schemaName, type Database } from './database.js';
import { couponService } from './features/coupon/service.js';
import { ledgerService } from './features/ledger/service.js';
import { orderService, orderSettlement } from './features/order/service.js';
import { paymentService } from './features/payment/service.js';
import { priceService } from './features/price/service.js';
import { projectionHandlers } from './features/projection/events.js';
import { projectionService } from './features/projection/service.js';
import { refundHandlers } from './features/refund/events.js';
import { refundService } from './features/refund/service.js';
import type { PrismaClient } from './generated/prisma/client.js';
import { sandbox } from './provider/sandbox/sandbox.js';

/** Wakes what works in the background, once it runs; until then it polls soon anyway. */
export interface Wakers {
  relay: () => void;
  refunds: () => void;
  deliveries: () => void;
}

export interface ContainerOptions {
  readonly prisma: PrismaClient;
  /** Where clients reach commerce; known once it listens. */
  readonly publicUrl: () => string;
  readonly wakers: Readonly<Wakers>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All the wiring: each service over the ones above it. */
export function createContainer({ prisma, publicUrl, wakers, clock, logger }: ContainerOptions) {
  const database: Database = prisma;
  const transactions = postgresUnitOfWork<Database>({
    prisma,
    schema: schemaName,
    onEvents: () => wakers.relay(),
    logger,
    clock,
  });
  const store = { database, transactions, clock, logger };
  const paymentSandbox = sandbox({ ...store, onDelivery: () => wakers.deliveries() });
  const base = { ...store, provider: paymentSandbox.provider };

  const projection = projectionService();
  const ledger = ledgerService(base);
  const prices = priceService({ ...base, projection });
  const coupons = couponService({ ...base, projection });
  const settlement = orderSettlement({ ...base, coupons, ledger });
  const orders = orderService({ ...base, projection, prices, coupons, settlement, publicUrl });
  const onRequested = () => wakers.refunds();
  const refunds = refundService({ ...base, settlement, ledger, onRequested });
  const payments = paymentService({ ...base, settlement, refunds, ledger });

  const services: Services = { prices, coupons, orders, refunds };
  const handlers = mergeHandlers(projectionHandlers(), refundHandlers(refunds));
  return { transactions, paymentSandbox, services, payments, handlers };
}

export type Container = ReturnType<typeof createContainer>;
