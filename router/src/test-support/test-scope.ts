import { silentLogger } from '@pcc/platform';
import type { RequestScope } from '../execution/execution.js';

/** What an anonymous request sends along, with ten seconds of time. */
export const testScope = (): RequestScope => ({
  headers: {},
  viewer: null,
  forwarded: '',
  log: silentLogger,
  deadline: Date.now() + 10_000,
});
