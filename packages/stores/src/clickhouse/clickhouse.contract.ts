import { describe } from 'vitest';
import { bulkContract } from './contract/bulk.js';
import { callContract } from './contract/calls.js';
import { migrationContract } from './contract/migrations.js';
import { type OpenClickHouse, subjectOf } from './contract/subject.js';

/** What every ClickHouse must do: the embedded engine, a server, and our own code in between. */
export function clickHouseContract(name: string, open: OpenClickHouse): void {
  describe(name, () => {
    const current = subjectOf(open);
    describe('calls', () => callContract(current));
    describe('what is much', () => bulkContract(current));
    describe('migrations', () => migrationContract(current));
  });
}
