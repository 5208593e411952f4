import { loadTypeDefs } from '@pcc/platform/graphql';
import { apiPerformanceResolvers } from './features/api-performance/resolvers.js';
import { atRiskResolvers } from './features/at-risk/resolvers.js';
import { courseAnalyticsResolvers } from './features/course-analytics/resolvers.js';
import { dashboardResolvers, dashboardSubscriptions } from './features/dashboard/resolvers.js';
import { funnelResolvers } from './features/funnel/resolvers.js';
import { retentionResolvers } from './features/retention/resolvers.js';
import { revenueResolvers } from './features/revenue/resolvers.js';

export const typeDefs = loadTypeDefs(new URL('./features/', import.meta.url));

export const resolvers: readonly object[] = [
  courseAnalyticsResolvers,
  dashboardResolvers,
  dashboardSubscriptions,
  funnelResolvers,
  retentionResolvers,
  revenueResolvers,
  atRiskResolvers,
  apiPerformanceResolvers,
];
