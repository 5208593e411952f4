import type { CollectionView } from '../engine/view.js';
import type { Deadline } from '../query/find.js';
import type { Variables } from './expression.js';

/** What a pipeline may reach beside its own documents. */
export interface AggregationScope {
  /** The collections that `$lookup` and `$unionWith` may read, as this command sees them. */
  view(name: string): CollectionView | undefined;
  variables?: Variables | undefined;
  hint?: unknown;
  deadline?: Deadline | undefined;
}
