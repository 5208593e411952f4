import type { ChannelName, Message, QueuedNotification } from './model.js';

/**
 * One way of delivery. The worker gives it what it claimed, in the recipient's words.
 *
 * An adapter must settle the entry itself (`queue.markDelivered`): in the transaction of its effect where it has
 * one, after the fact where the effect is out of the house (an e-mail may then go out twice after a crash).
 * A rejection is retried with backoff.
 */
export interface Channel {
  readonly name: ChannelName;
  deliver(entry: QueuedNotification, message: Message): Promise<void>;
}
