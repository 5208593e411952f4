import { createTestDatabase, serviceUrls } from '@pcc/testkit';
import { describe } from 'vitest';
import { migrationContract } from './migrate.contract.js';
import { migrationServerContract } from './migrate-server.contract.js';
import { postgresContract } from './postgres.contract.js';

const server = serviceUrls().postgres;

describe.skipIf(server === undefined)('on the server of TEST_DATABASE_URL', () => {
  const open = () => createTestDatabase(server ?? '');
  postgresContract('Postgres', open);
  migrationContract('migrations', open);
  migrationServerContract('migrations of several runners', open, 20);
});
