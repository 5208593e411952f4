import { loaderBy, type Viewer } from '@pcc/platform';
import type { Account, AccountService } from './service.js';

export const accountLoaders = (accounts: AccountService, viewer: Viewer) => ({
  accountById: loaderBy<string, Account>(
    (ids) => accounts.visibleByIds(viewer, ids),
    ({ id }) => id,
  ),
});
