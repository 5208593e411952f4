import { AppError } from '@pcc/platform';
import { payload, subscription } from '@pcc/platform/graphql';
import type { Context } from '../../context.js';
import type { Resolvers, SubscriptionNotificationReceivedArgs } from '../../generated/graphql.js';
import type { NotificationMessage } from './model.js';

export const notificationResolvers: Resolvers = {
  Query: {
    notificationPreferences: (_root, _args, { viewer, services }) =>
      services.notifications.preferences(viewer),
  },
  User: {
    notifications: ({ id }, args, { viewer, services }) =>
      services.notifications.list(viewer, id, args),
    unreadNotificationCount: ({ id }, _args, { viewer, services }) =>
      services.notifications.unreadCount(viewer, id),
  },
  Notification: {
    course: ({ courseId }) => (courseId === null ? null : { id: courseId }),
    order: ({ orderId }) => (orderId === null ? null : { id: orderId }),
  },
  Mutation: {
    markNotificationRead: async (_root, { input }, { viewer, services }) =>
      payload('notification', await services.notifications.markRead(viewer, input.notificationId)),
    markAllNotificationsRead: async (_root, _args, { viewer, services }) =>
      payload('markedCount', await services.notifications.markAllRead(viewer)),
    updateNotificationPreferences: async (_root, { input }, { viewer, services }) =>
      payload('preferences', await services.notifications.updatePreferences(viewer, input)),
  },
};

/** Apart from the others: its three handlers are the router's protocol, which generated types do not know. */
export const notificationSubscriptions = {
  Subscription: {
    notificationReceived: subscription<
      SubscriptionNotificationReceivedArgs,
      Context,
      NotificationMessage
    >({
      positionArgument: 'after',
      open: (args, { viewer, services }) =>
        services.notifications.openStream(viewer, args.after ?? null),
      replay: async (_args, { viewer, services }, after) => {
        const { events, complete } = await services.notifications.replay(viewer, after);
        return {
          events: events.map(({ id, seq }) => ({ seq, payload: { notificationId: id } })),
          complete,
        };
      },
      resolve: async ({ notificationId }, _args, { loaders }) => {
        const notification = await loaders.notificationById.load(notificationId);
        if (notification === null) throw new AppError('NOT_FOUND');
        return notification;
      },
    }),
  },
};
