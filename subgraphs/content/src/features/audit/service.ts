import {
  connectionOf,
  newId,
  type Clock,
  type Connection,
  type PageArguments,
  type Viewer,
} from '@pcc/platform';
import type { Transaction } from '../../mongo.js';
import { pageByString } from '../../page.js';
import type { SystemEvent } from './model.js';
import type { AuditRepository } from './repository.js';

interface Deps {
  readonly audit: AuditRepository;
  readonly clock: Clock;
}

export type NewSystemEvent = Omit<SystemEvent, 'id' | 'occurredAt'> &
  Partial<Pick<SystemEvent, 'id' | 'occurredAt'>>;

/** The audit trail: what was done, by whom, to what. */
export const auditService = ({ audit, clock }: Deps) => ({
  /** Appends an entry. With the `id` of its cause given, repeating it changes nothing. */
  record: (event: NewSystemEvent, transaction?: Transaction): Promise<void> =>
    audit.append({ id: newId(), occurredAt: clock.now(), ...event }, transaction),

  /** @throws AppError UNAUTHENTICATED, or FORBIDDEN unless the viewer is an admin */
  async list(
    viewer: Viewer,
    args: PageArguments & { readonly action?: string | null | undefined },
  ): Promise<Connection<SystemEvent>> {
    viewer.mustHaveRole('admin');
    const { page, after } = pageByString(args);
    const action = args.action ?? null;
    const rows = await audit.page(action, after, page.limit);
    return connectionOf(
      rows,
      page,
      ({ id }) => [id],
      () => audit.count(action),
    );
  },
});

export type AuditService = ReturnType<typeof auditService>;
