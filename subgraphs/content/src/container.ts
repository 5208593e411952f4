import { mergeHandlers, mongoUnitOfWork } from '@pcc/events';
import { systemClock, type Clock, type Logger } from '@pcc/platform';
import type { ObjectStorage, RedisPorts } from '@pcc/stores';
import type { Db, MongoClient } from 'mongodb';
import { auditHandlers } from './features/audit/events.js';
import { auditRepository } from './features/audit/repository.js';
import { auditService } from './features/audit/service.js';
import { discussionRepository } from './features/discussion/repository.js';
import { discussionService } from './features/discussion/service.js';
import { mediaObjectStore } from './features/media-asset/object-store.js';
import { mediaAssetRepository } from './features/media-asset/repository.js';
import { mediaAssetService } from './features/media-asset/service.js';
import { deliveryService } from './features/notification/delivery.js';
import { notificationHandlers } from './features/notification/events.js';
import { inAppChannel } from './features/notification/in-app-channel.js';
import { queueRepository } from './features/notification/queue-repository.js';
import { notificationRepository } from './features/notification/repository.js';
import { notificationService } from './features/notification/service.js';
import { templateRepository } from './features/notification/template-repository.js';
import { projectionHandlers } from './features/projection/events.js';
import { projectionRepository } from './features/projection/repository.js';
import { projectionService } from './features/projection/service.js';
import { ratingRepository } from './features/rating/repository.js';
import { ratingService } from './features/rating/service.js';
import type { PrismaClient } from './generated/prisma/client.js';

export interface ContainerDeps {
  readonly mongo: { readonly client: MongoClient; readonly db: Db };
  readonly prisma: PrismaClient;
  readonly storage: ObjectStorage;
  readonly redis: RedisPorts;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Wakes the outbox relay. */
  readonly onEvents: () => void;
  /** Wakes the notification worker. */
  readonly onQueued: () => void;
}

/** All the wiring: repositories, services, consumers. */
export function createContainer(deps: ContainerDeps) {
  const { mongo, prisma, redis, logger, onEvents, clock = systemClock } = deps;
  const { db } = mongo;
  const unitOfWork = mongoUnitOfWork({ ...mongo, onEvents, logger, clock });

  const projectionStore = projectionRepository(db);
  const projections = projectionService({ projections: projectionStore });
  const audit = auditService({ audit: auditRepository(db), clock });

  const queue = queueRepository(db);
  const notificationStore = notificationRepository(db);
  const notifications = notificationService({
    notifications: notificationStore,
    queue,
    wakeWorker: deps.onQueued,
    clock,
  });
  const inApp = inAppChannel({
    unitOfWork,
    notifications: notificationStore,
    queue,
    pubSub: redis.pubSub,
    clock,
  });
  const delivery = deliveryService({
    queue,
    channels: [inApp],
    templates: templateRepository(db),
    notifications: notificationStore,
    projections,
    clock,
    logger,
  });

  const discussions = discussionService({
    discussions: discussionRepository(db),
    projections,
    unitOfWork,
    rateLimiter: redis.rateLimiter,
    clock,
  });
  const ratings = ratingService({ ratings: ratingRepository(db), projections, unitOfWork, clock });
  const mediaAssets = mediaAssetService({
    assets: mediaAssetRepository(prisma),
    objects: mediaObjectStore(deps.storage),
    projections,
    audit,
    clock,
    logger,
  });

  return {
    services: { audit, discussions, mediaAssets, notifications, ratings },
    delivery,
    unitOfWork,
    // The audit compares with what was projected before, so it comes first.
    handlers: mergeHandlers(
      auditHandlers({ audit, projections }),
      projectionHandlers(projectionStore),
      notificationHandlers({ notifications, projections }),
    ),
  };
}

export type Services = ReturnType<typeof createContainer>['services'];
