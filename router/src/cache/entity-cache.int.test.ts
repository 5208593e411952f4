import { silentLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { entityCacheContract } from './entity-cache.contract.js';

/** In memory there is one store for all of a process; closing it is left to its last user. */
const shared = redisPorts({ url: undefined, logger: silentLogger });

entityCacheContract(async () => ({ ...(await shared), close: async () => undefined }));
