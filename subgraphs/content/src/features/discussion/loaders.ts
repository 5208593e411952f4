import { pagedLoader, type Viewer } from '@pcc/platform';
import DataLoader from 'dataloader';
import type { Discussion, DiscussionReply } from './model.js';
import type { DiscussionService } from './service.js';

export const discussionLoaders = (service: DiscussionService, viewer: Viewer) => ({
  /** Newest first; rejects for a course that the viewer may not read. */
  discussionsByCourseId: pagedLoader<Discussion>((courseIds, after, limit) =>
    service.newestByCourse(viewer, courseIds, after, limit),
  ),
  discussionCountByCourseId: new DataLoader<string, number>((courseIds) =>
    service.countByCourse(courseIds),
  ),
  /** Oldest first. */
  repliesByDiscussionId: pagedLoader<DiscussionReply>((ids, after, limit) =>
    service.oldestReplies(ids, after, limit),
  ),
});
