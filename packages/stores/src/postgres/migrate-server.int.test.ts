import { startPostgresServer } from '@pcc/testkit';
import { migrationServerContract } from './migrate-server.contract.js';

// The embedded engine has one session: nobody waits there, and nobody is cut off.
migrationServerContract('migrations on a server', startPostgresServer, 3);
