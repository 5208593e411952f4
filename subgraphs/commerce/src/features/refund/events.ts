import type { EventHandlers } from '@pcc/events';
import type { Database } from '../../database.js';
import type { RefundService } from './service.js';

/** The way back of a purchase. */
export const refundHandlers = (refunds: RefundService): EventHandlers<Database> => ({
  'enrollment.refused': (event, work) => refunds.refundRefusedLine(work, event.data),
});
