import type { Connection } from '@pcc/platform';

/** One entry of the audit trail. `details` has ids and codes only, no personal data. */
export interface SystemEvent {
  readonly id: string;
  readonly action: string;
  readonly actorId: string | null;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
}

export type SystemEventConnection = Connection<SystemEvent>;
