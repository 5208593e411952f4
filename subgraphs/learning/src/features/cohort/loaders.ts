import { loaderBy, type Viewer } from '@pcc/platform';
import type { Cohort, CohortService } from './service.js';

export const cohortLoaders = (cohorts: CohortService, viewer: Viewer) => ({
  cohortById: loaderBy<string, Cohort>(
    (ids) => cohorts.visibleByIds(viewer, ids),
    ({ id }) => id,
  ),
});
