import type { AnyEvent, EventHandlers } from '@pcc/events';
import type { Transaction } from '../../mongo.js';
import type { ProjectionService } from '../projection/service.js';
import type { AuditService, NewSystemEvent } from './service.js';

interface Deps {
  readonly audit: AuditService;
  readonly projections: ProjectionService;
}

/** The event's own id and time: one entry per event, whenever and however often it arrives. */
const fromEvent = (
  event: AnyEvent,
  entry: Omit<NewSystemEvent, 'id' | 'occurredAt'>,
): NewSystemEvent => ({ ...entry, id: event.eventId, occurredAt: event.occurredAt });

/** Domain events that somebody may have to account for. Must run before the projections: it compares with them. */
export const auditHandlers = ({ audit, projections }: Deps): EventHandlers<Transaction> => ({
  'session.started': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'session.started',
        actorId: event.data.userId,
        subjectType: 'session',
        subjectId: event.data.sessionId,
        details: {},
      }),
      transaction,
    ),
  'user.suspended': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'user.suspended',
        actorId: event.data.actorId,
        subjectType: 'user',
        subjectId: event.data.userId,
        details: {},
      }),
      transaction,
    ),
  'user.reinstated': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'user.reinstated',
        actorId: event.data.actorId,
        subjectType: 'user',
        subjectId: event.data.userId,
        details: {},
      }),
      transaction,
    ),
  'impersonation.started': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'impersonation.started',
        actorId: event.data.actorId,
        subjectType: 'user',
        subjectId: event.data.userId,
        details: { sessionId: event.data.sessionId, reason: event.data.reason },
      }),
      transaction,
    ),
  // People register as students; whoever begins with a role was made by the operator.
  'user.registered': async (event, { transaction }) => {
    const { userId, role } = event.data;
    if (role === 'student') return;
    await audit.record(
      fromEvent(event, {
        action: 'user.registered',
        actorId: null,
        subjectType: 'user',
        subjectId: userId,
        details: { role },
      }),
      transaction,
    );
  },
  'user.changed': async (event, { transaction }) => {
    const { userId, role, actorId = null } = event.data;
    const before = await projections.user(userId, transaction);
    if (before === null || before.role === role) return;
    await audit.record(
      fromEvent(event, {
        action: 'user.role_changed',
        actorId,
        subjectType: 'user',
        subjectId: userId,
        details: { from: before.role, to: role },
      }),
      transaction,
    );
  },
  'order.refunded': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'order.refunded',
        actorId: null,
        subjectType: 'order',
        subjectId: event.data.orderId,
        details: {
          refundId: event.data.refundId,
          userId: event.data.userId,
          amountMinor: event.data.amountMinor,
          currency: event.data.currency,
        },
      }),
      transaction,
    ),
  'enrollment.ended': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'enrollment.ended',
        actorId: null,
        subjectType: 'enrollment',
        subjectId: event.data.enrollmentId,
        details: {
          userId: event.data.userId,
          courseId: event.data.courseId,
          reason: event.data.reason,
        },
      }),
      transaction,
    ),
  'enrollment.administered': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'enrollment.administered',
        actorId: event.data.actorId,
        subjectType: 'enrollment',
        subjectId: event.data.enrollmentId,
        details: {
          userId: event.data.userId,
          courseId: event.data.courseId,
          action: event.data.action,
        },
      }),
      transaction,
    ),
  'certificate.issued': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'certificate.issued',
        actorId: null,
        subjectType: 'certificate',
        subjectId: event.data.certificateId,
        details: { userId: event.data.userId, courseId: event.data.courseId },
      }),
      transaction,
    ),
  'certificate.revoked': (event, { transaction }) =>
    audit.record(
      fromEvent(event, {
        action: 'certificate.revoked',
        actorId: null,
        subjectType: 'certificate',
        subjectId: event.data.certificateId,
        details: { userId: event.data.userId, courseId: event.data.courseId },
      }),
      transaction,
    ),
});
