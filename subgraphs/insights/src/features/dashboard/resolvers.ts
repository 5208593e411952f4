import { subscription } from '@pcc/platform/graphql';
import type { Context } from '../../context.js';
import type {
  RequireFields,
  Resolvers,
  SubscriptionDashboardUpdatedArgs,
} from '../../generated/graphql.js';

export const dashboardResolvers: Resolvers = {
  Query: {
    dashboard: (_parent, { courseId, days }, { viewer, services }) =>
      services.dashboard.open(viewer, courseId ?? null, days),
  },
  Dashboard: {
    course: ({ courseId }) => (courseId === null ? null : { id: courseId }),
    totals: (dashboard, _args, { services }) => services.dashboard.totals(dashboard),
    daily: (dashboard, _args, { services }) => services.dashboard.daily(dashboard),
    topCourses: (dashboard, { first }, { services }) =>
      services.dashboard.topCourses(dashboard, first),
  },
  DashboardTotals: {
    revenue: ({ revenue }) => revenue(),
  },
  DashboardCourse: {
    course: ({ courseId }) => ({ id: courseId }),
  },
};

type Arguments = RequireFields<SubscriptionDashboardUpdatedArgs, 'days'>;

export const dashboardSubscriptions = {
  Subscription: {
    dashboardUpdated: subscription<Arguments, Context, unknown>({
      async open({ courseId, days }, { viewer, services }) {
        // Opening the dashboard checks every argument; nobody listens to what could never be shown.
        await services.dashboard.open(viewer, courseId ?? null, days);
        return { topics: await services.dashboard.topics(viewer, courseId ?? null) };
      },
      resolve: (_payload, { courseId, days }, { viewer, services }) =>
        services.dashboard.open(viewer, courseId ?? null, days),
    }),
  },
};
