import { errorMessage, isStoreUnavailable, type Clock, type Logger } from '@pcc/platform';
import { defaultLanguage } from '../projection/model.js';
import type { ProjectionService } from '../projection/service.js';
import type { Channel } from './channel.js';
import type { Message, QueuedNotification } from './model.js';
import type { QueueRepository } from './queue-repository.js';
import { render } from './render.js';
import type { NotificationRepository } from './repository.js';
import type { TemplateRepository } from './template-repository.js';

interface Deps {
  readonly queue: QueueRepository;
  readonly channels: readonly Channel[];
  readonly templates: TemplateRepository;
  readonly notifications: NotificationRepository;
  readonly projections: ProjectionService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longer than any delivery takes. */
const leaseMs = 30_000;
const maximumAttempts = 8;
const longestBackoffMs = 10 * 60 * 1000;

/** Pause before the next attempt: 1 s, 2 s, 4 s, … at most 10 minutes. */
export const backoffMs = (attempts: number): number =>
  Math.min(longestBackoffMs, 1000 * 2 ** (attempts - 1));

/** Takes notifications out of the queue and through their channels. */
export const deliveryService = (deps: Deps) => {
  const { queue, templates, notifications, projections, clock, logger } = deps;
  const channels = new Map(deps.channels.map((channel) => [channel.name, channel]));

  const inWords = async (entry: QueuedNotification): Promise<Message> => {
    const [reader, courseTitle] = await Promise.all([
      projections.readerOf(entry.recipientId),
      entry.courseId === null ? null : projections.courseTitle(entry.courseId),
    ]);
    for (const language of [reader.language, defaultLanguage]) {
      const template = await templates.find(entry.kind, entry.channel, language);
      if (template !== null) {
        const wanted = { ...reader, language };
        return { ...render(template, wanted, entry.facts, courseTitle), language };
      }
    }
    throw new Error(`no template for ${entry.kind} by ${entry.channel}`);
  };

  const deliver = async (entry: QueuedNotification): Promise<void> => {
    const { mutedKinds } = await notifications.preferencesOf(entry.recipientId);
    const { deadline } = entry.facts;
    const isOver = deadline !== undefined && new Date(deadline) <= clock.now();
    if (isOver || mutedKinds.includes(entry.kind)) {
      await queue.markSkipped(entry);
      return;
    }
    const channel = channels.get(entry.channel);
    if (channel === undefined) throw new Error(`no adapter for channel ${entry.channel}`);
    await channel.deliver(entry, await inWords(entry));
  };

  const giveBack = async (entry: QueuedNotification, error: unknown): Promise<void> => {
    const reason = errorMessage(error);
    const { id, kind, channel, attempts } = entry;
    logger.warn(
      { err: error, notificationId: id, kind, channel, attempts },
      `not delivered: ${reason}`,
    );
    if (attempts >= maximumAttempts) {
      await queue.markFailed(entry, reason);
      return;
    }
    const dueAt = new Date(clock.now().getTime() + backoffMs(attempts));
    await queue.retryAt(entry, dueAt, reason);
  };

  return {
    /**
     * Claims and delivers one notification.
     * @returns whether there was one
     * @throws when the store is down; the claim's lease brings the entry back
     */
    async deliverNext(): Promise<boolean> {
      const entry = await queue.claim(clock.now(), leaseMs);
      if (entry === null) return false;
      try {
        await deliver(entry);
      } catch (error) {
        if (isStoreUnavailable(error)) throw error;
        await giveBack(entry, error);
      }
      return true;
    },
  };
};

export type DeliveryService = ReturnType<typeof deliveryService>;
