import { listLoaderBy } from '@pcc/platform';
import type { RefundService } from './service.js';

export const refundLoaders = (refunds: RefundService) => ({
  refundsByOrderId: listLoaderBy(refunds.byOrderIds, (refund) => refund.orderId),
});
