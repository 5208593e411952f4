import type { Services } from './container.js';
import type { Job } from './scheduler.js';

const second = 1_000;
const hour = 60 * 60 * second;

/** What has to be done although nobody asks for it. Each may run in several processes at once. */
export const createJobs = ({
  activities,
  certificateDocuments,
  enrollments,
  progress,
  statistics,
}: Services): Job[] => [
  // Until it has run, what has expired counts as ended already; only its seat is not given on.
  { name: 'settle-courses', everyMs: 30 * second, runNext: () => enrollments.settleNext() },
  {
    name: 'make-certificates',
    everyMs: 5 * second,
    runNext: () => certificateDocuments.makeNext(),
  },
  { name: 'forget-progress-events', everyMs: hour, runNext: () => progress.forgetNext() },
  { name: 'refresh-statistics', everyMs: 5 * 60 * second, runNext: () => statistics.refresh() },
  // Once a month would do, were it never to fail.
  { name: 'maintain-partitions', everyMs: hour, runNext: () => activities.maintain() },
];
