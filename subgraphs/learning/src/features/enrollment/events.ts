import type { EventHandlers } from '@pcc/events';
import type { Database } from '../../database.js';
import type { EnrollmentService } from './service.js';

export const enrollmentEventHandlers = (
  enrollments: EnrollmentService,
): EventHandlers<Database> => ({
  'order.paid': (event, work) => enrollments.enrollPaid(event, work),
  'order.refunded': (event, work) => enrollments.endRefunded(event, work),
});
