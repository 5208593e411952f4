import { describe, expect, it } from 'vitest';
import { readMigrateCommand, subgraphs } from './options.js';

describe('readMigrateCommand', () => {
  it.each([
    [[], { kind: 'up' }],
    [['--dry-run'], { kind: 'dry run', of: subgraphs }],
    [['--dry-run', '--subgraph', 'commerce'], { kind: 'dry run', of: ['commerce'] }],
    [
      ['--down', '0002_more', '--subgraph', 'learning'],
      { kind: 'down', subgraph: 'learning', name: '0002_more', dryRun: false },
    ],
    [
      ['--down', '0002_more', '--subgraph', 'learning', '--dry-run'],
      { kind: 'down', subgraph: 'learning', name: '0002_more', dryRun: true },
    ],
    [['--help', '--down', 'x'], { kind: 'help' }],
  ])('reads %j', (args, command) => {
    expect(readMigrateCommand(args)).toEqual(command);
  });

  it.each([
    [['--down', '0002_more'], '--down needs --subgraph'],
    [['--subgraph', 'learning'], '--subgraph goes with'],
    [['--dry-run', '--subgraph', 'billing'], 'there is no subgraph billing'],
    [['--down'], 'argument missing'],
    [['--undo'], 'Unknown option'],
    [['learning'], 'Unexpected argument'],
  ])('refuses %j', (args, reason) => {
    expect(() => readMigrateCommand(args)).toThrow(reason);
  });
});
