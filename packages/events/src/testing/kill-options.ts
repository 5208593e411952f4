import type { KillPoint } from './kill-points.js';

/** What a process of the kill suite does until it is killed; its one argument, as JSON. */
export interface KillChildOptions {
  readonly store: { readonly kind: 'postgres' | 'mongo'; readonly url: string };
  /** Where the bus is; within the process when left out. */
  readonly redisUrl?: string | undefined;
  readonly roles: readonly ('emit' | 'relay' | 'consume')[];
  /** Where it stops dead, and at which time it comes there. */
  readonly killPoint: KillPoint | undefined;
  readonly nth: number;
}

/** The one group of the suite. */
export const killGroup = 'shop';
