import type { Connection } from '@pcc/platform';

export const notificationKinds = [
  'ORDER_PAID',
  'ORDER_REFUNDED',
  'ORDER_PAYMENT_FAILED',
  'ENROLLMENT_CREATED',
  'ENROLLMENT_REFUSED',
  'STUDENT_ENROLLED',
  'LESSON_COMPLETED',
  'QUIZ_PASSED',
  'QUIZ_FAILED',
  'COURSE_COMPLETED',
  'CERTIFICATE_ISSUED',
  'DISCUSSION_STARTED',
  'ANNOUNCEMENT_POSTED',
  'SEAT_OFFERED',
  'SEAT_OFFER_EXPIRED',
  'ENROLLMENT_EXPIRED',
  'ENROLLMENT_SUSPENDED',
  'ENROLLMENT_RESUMED',
  'ENROLLMENT_ENDED',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** The ways a notification can go. Each has an adapter behind the `Channel` port. */
export const channelNames = ['in_app'] as const;
export type ChannelName = (typeof channelNames)[number];

/** Facts that a text may mention, as codes and numbers: they are put into words at delivery. */
export interface NotificationFacts {
  readonly progressPercent?: number;
  readonly scorePercent?: number;
  readonly amountMinor?: string;
  readonly currency?: string;
  /** When what it tells of is over, as ISO 8601. A notification that comes after it is not delivered. */
  readonly deadline?: string;
}

/** Somebody is to be told something, by whatever channels there are. */
export interface NotificationDraft {
  readonly recipientId: string;
  readonly kind: NotificationKind;
  readonly courseId: string | null;
  readonly orderId: string | null;
  readonly facts: NotificationFacts;
}

/** A draft in the queue, for one channel. */
export interface QueuedNotification extends NotificationDraft {
  readonly id: string;
  readonly channel: ChannelName;
  /** How often it was claimed, this time included. */
  readonly attempts: number;
  /** Proves that the claim is still ours. */
  readonly claimToken: string;
}

/** A draft in words. */
export interface Message {
  readonly title: string;
  readonly body: string;
  readonly language: string;
}

/** An in-app notification, as its recipient sees it. */
export interface Notification {
  readonly id: string;
  readonly recipientId: string;
  readonly seq: number;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly courseId: string | null;
  readonly orderId: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

export type NotificationConnection = Connection<Notification>;

export interface NotificationPreferences {
  readonly mutedKinds: readonly NotificationKind[];
}

/** What goes over PubSub and comes out of a replay: only the id, so that the content is read under the viewer. */
export interface NotificationMessage {
  readonly notificationId: string;
}

/** The PubSub topic of one person's notifications. */
export const notificationTopic = (userId: string): string => `notifications:${userId}`;
