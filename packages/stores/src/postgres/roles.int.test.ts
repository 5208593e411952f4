import { startPostgresServer } from '@pcc/testkit';
import { rolesContract } from './roles.contract.js';

// The embedded engine has one session, whose role is always the same.
rolesContract('the roles of ops/postgres/roles.sql', startPostgresServer);
