import { newId } from '@pcc/platform';

/** What `order.paid` says of an order for these courses. */
export const paidOrder = (userId: string, ...courseIds: string[]) => ({
  orderId: newId(),
  userId,
  totalMinor: '1000',
  currency: 'EUR',
  lines: courseIds.map((courseId) => ({ orderLineId: newId(), courseId, amountMinor: '1000' })),
});
export type PaidOrder = ReturnType<typeof paidOrder>;

/** What `order.refunded` says of all its lines. */
export const refundOf = ({ orderId, userId, lines }: PaidOrder) => ({
  orderId,
  userId,
  refundId: newId(),
  amountMinor: '1000',
  currency: 'EUR',
  lines,
  reason: 'asked for',
});
