import { inspect } from 'node:util';
import { silentLogger } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../errors.js';
import { redisPorts } from '../connect.js';
import { command } from './connection.js';

/** As ioredis makes one. */
const reply = (message: string): Error =>
  Object.assign(new Error(message), {
    name: 'ReplyError',
    command: { name: 'set', args: ['session:1', 'a secret'] },
  });
const failureOf = (error: Error) =>
  command(() => Promise.reject(error)).catch((failure: unknown) => failure);

describe('a command', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    "OOM command not allowed when used memory > 'maxmemory'. script: 1f2e, on @user_script:2.",
    'ERR Error running script (call to f_1): @user_script:2: -OOM command not allowed',
    'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist',
    'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    'NOAUTH Authentication required.',
  ])('that is answered “%s” finds the store unavailable', async (message) => {
    expect(await failureOf(reply(message))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      extensions: { store: 'redis' },
      cause: { message },
    });
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'BUSYGROUP Consumer Group name already exists',
    'ERR syntax error',
  ])('that is answered “%s” is told so', async (message) => {
    expect(await failureOf(reply(message))).toMatchObject({ name: 'ReplyError', message });
  });

  it('does not bring what it carried into the log', async () => {
    for (const message of ['LOADING', 'ERR syntax error']) {
      const failure = await failureOf(reply(message));
      expect(inspect(failure, { depth: Infinity })).not.toContain('a secret');
    }
  });
});

describe('redisPorts', () => {
  it('says in one line that Redis cannot be reached at the start', async () => {
    const opening = redisPorts({ url: 'redis://127.0.0.1:1', logger: silentLogger });
    await expect(opening).rejects.toThrow(StoreError);
    await expect(opening).rejects.toThrow(/^Cannot connect to Redis: .*ECONNREFUSED.*$/);
  });
});
