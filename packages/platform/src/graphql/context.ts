import type { Logger } from '../logger.js';
import type { RequestIdentity } from '../request-context.js';
import type { Viewer } from '../viewer.js';

/** What every resolver's context has; a subgraph adds its services and loaders. */
export interface RequestContext {
  readonly viewer: Viewer;
  readonly identity: RequestIdentity;
  readonly log: Logger;
}
