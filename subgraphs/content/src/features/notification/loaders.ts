import { type Viewer } from '@pcc/platform';
import DataLoader from 'dataloader';
import type { Notification } from './model.js';
import type { NotificationService } from './service.js';

export const notificationLoaders = (service: NotificationService, viewer: Viewer) => ({
  /** The viewer's own; `null` for anybody else's. */
  notificationById: new DataLoader<string, Notification | null>((ids) =>
    service.byIds(viewer, ids),
  ),
});
