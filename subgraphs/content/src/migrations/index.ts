import type { MongoMigration } from '@pcc/stores';
import { init } from './0001-init.js';
import { notificationTemplates } from './0002-notification-templates.js';
import { announcements } from './0003-announcements.js';
import { seats } from './0004-seats.js';

/** In the order they are applied. One that was released is never edited; a new one follows. */
export const migrations: readonly MongoMigration[] = [
  init,
  notificationTemplates,
  announcements,
  seats,
];
