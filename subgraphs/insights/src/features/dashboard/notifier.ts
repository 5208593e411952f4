import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { PubSub } from '@pcc/stores';
import { createThrottle } from '../../throttle.js';
import type { AccessService } from '../projection/service.js';
import { dashboardTopics } from './model.js';

export interface DashboardNotifier extends Closable {
  /** Says that figures of these courses have changed. */
  changed(courseIds: readonly string[]): void;
}

/** So every topic gets two messages a second at most. */
const everyMs = 500;

/** Tells open dashboards to look again. The message says nothing: each viewer's figures are read anew. */
export function dashboardNotifier(deps: {
  readonly pubSub: PubSub;
  readonly access: AccessService;
  readonly logger: Logger;
}): DashboardNotifier {
  const { pubSub, access, logger } = deps;
  const throttle = createThrottle<string>({
    everyMs,
    async deliver(changed) {
      const courseIds = [...changed];
      const instructorIds = await access.instructorIdsOf(courseIds);
      const topics = [
        dashboardTopics.all,
        ...courseIds.map(dashboardTopics.ofCourse),
        ...instructorIds.map(dashboardTopics.ofInstructor),
      ];
      await Promise.all(topics.map((topic) => pubSub.publish(topic, { payload: {} })));
    },
    onError: (error) => {
      logger.warn({ err: error }, `dashboards not notified: ${errorMessage(error)}`);
    },
  });
  return { changed: (courseIds) => throttle.add(courseIds), close: () => throttle.close() };
}
