import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './directory-lock.js';
import { StoreError, StoreInUseError } from './errors.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-lock-'));
  path = join(directory, 'lock');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const ownRecord = async (): Promise<Record<string, unknown>> => {
  const lock = await lockDirectory(directory);
  const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await lock.close();
  return record;
};
const leave = (record: object) => writeFile(path, JSON.stringify(record));

/** The id of a process that has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('lockDirectory', () => {
  it('creates the directory, refuses a second owner by name, and is free after close', async () => {
    const inner = join(directory, 'a', 'b');
    const lock = await lockDirectory(inner);
    await expect(lockDirectory(inner)).rejects.toThrow(StoreInUseError);
    await expect(lockDirectory(inner)).rejects.toThrow(
      new RegExp(`${inner} is in use by another instance \\(pid ${process.pid}\\)`),
    );
    await lock.close();
    await (await lockDirectory(inner)).close();
    expect(await readdir(inner)).toEqual([]);
  });

  it('takes over the lock of a dead process', async () => {
    await leave({ ...(await ownRecord()), id: 'dead', pid: await deadPid() });
    const lock = await lockDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock']);
    await lock.close();
  });

  it('sees through a reused pid and a reboot', async () => {
    const record = await ownRecord();
    for (const stale of [{ startedAt: '1' }, { bootId: 'before the reboot' }]) {
      await leave({ ...record, id: 'stale', ...stale });
      await (await lockDirectory(directory)).close();
    }
  });

  it('believes the heartbeat of an owner in another container', async () => {
    await leave({ ...(await ownRecord()), id: 'elsewhere', pid: 1, pidNamespace: 'pid:[1]' });
    await expect(lockDirectory(directory)).rejects.toThrow(StoreInUseError);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    await (await lockDirectory(directory)).close();
  });

  it('lets exactly one of many take over', async () => {
    await leave({ ...(await ownRecord()), id: 'dead', pid: await deadPid() });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => lockDirectory(directory)),
    );
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const { value } of winners) await value.close();
    expect(existsSync(path)).toBe(false);
  });

  it('takes over even when the last one to take over died doing it', async () => {
    const dead = { ...(await ownRecord()), pid: await deadPid() };
    await leave({ ...dead, id: 'dead' });
    await writeFile(`${path}.takeover`, JSON.stringify({ ...dead, id: 'dead too' }));
    const lock = await lockDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock']);
    await lock.close();
  });

  it('does not remove a lock that another took over meanwhile', async () => {
    const lock = await lockDirectory(directory);
    const theirs = { ...(JSON.parse(await readFile(path, 'utf8')) as object), id: 'theirs' };
    await leave(theirs);
    await lock.close();
    expect(existsSync(path)).toBe(true);
  });

  it('leaves alone a file that it did not write', async () => {
    await writeFile(path, 'somebody’s notes');
    await expect(lockDirectory(directory)).rejects.toThrow(/not a lock file that we wrote/);
  });

  it('says in one line that a directory cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(lockDirectory(join(file, 'below'))).rejects.toThrow(StoreError);
    await expect(lockDirectory(join(file, 'below'))).rejects.toThrow(/^Cannot write to .*ENOTDIR/);
    if (process.getuid?.() === 0) return; // root may write everywhere
    await chmod(directory, 0o500);
    await expect(lockDirectory(directory)).rejects.toThrow(/EACCES/);
    await chmod(directory, 0o700);
  });
});
