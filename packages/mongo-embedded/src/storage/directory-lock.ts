import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Raised when another live server works on the directory: two would overwrite each other. */
export class DirectoryInUseError extends Error {
  constructor(directory: string, pid: number) {
    super(`The Mongo data directory ${directory} is in use by process ${pid}`);
    this.name = 'DirectoryInUseError';
  }
}

const held = new Set<string>();

/**
 * Takes the directory for this process. The lock names the process and when it started, so that
 * the lock of a killed process does not stand in the way, even if its number was given out again.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'server.lock');
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(path, mine, { flag: 'wx' });
      held.add(path);
      return () => {
        held.delete(path);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid, started = ''] = readFileSync(path, 'utf8').split(' ');
    const owner = Number(pid);
    const own = owner === process.pid && started === (startOf(owner) ?? '');
    if (own ? held.has(path) : isRunning(owner, started))
      throw new DirectoryInUseError(directory, owner);
    rmSync(path, { force: true });
  }
  throw new DirectoryInUseError(directory, 0);
}

function isRunning(pid: number, started: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now === undefined || started === '' || now === started;
}

/** The process's start time in clock ticks; known on Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
