import type { UnitOfWork } from '@pcc/events';
import type { Clock } from '@pcc/platform';
import type { PubSub } from '@pcc/stores';
import type { Transaction } from '../../mongo.js';
import type { Channel } from './channel.js';
import { notificationTopic, type NotificationMessage } from './model.js';
import type { QueueRepository } from './queue-repository.js';
import type { NotificationRepository } from './repository.js';

interface Deps {
  readonly unitOfWork: UnitOfWork<Transaction>;
  readonly notifications: NotificationRepository;
  readonly queue: QueueRepository;
  readonly pubSub: PubSub;
  readonly clock: Clock;
}

/**
 * Writes the notification where its recipient reads it, exactly once: the queue entry is settled in the same
 * transaction. Whoever listens is told after the commit; a message lost there is found by replay.
 */
export const inAppChannel = ({
  unitOfWork,
  notifications,
  queue,
  pubSub,
  clock,
}: Deps): Channel => ({
  name: 'in_app',
  deliver: (entry, message) =>
    unitOfWork.run(async ({ transaction, afterCommit }) => {
      const isOurs = await queue.markDelivered(entry, transaction);
      // The lease ran out and another worker has it now: it delivers.
      if (!isOurs) return;
      const seq = await notifications.insert(entry, message, clock.now(), transaction);
      const payload: NotificationMessage = { notificationId: entry.id };
      afterCommit(() => pubSub.publish(notificationTopic(entry.recipientId), { seq, payload }));
    }),
});
