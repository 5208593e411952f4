import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Closable } from '@pcc/platform';
import { z } from 'zod';
import { errorMessage, StoreError, StoreInUseError } from './errors.js';

const heartbeatMs = 5_000;
const heartbeatLostMs = 20_000;

const ownerSchema = z.object({
  id: z.string(),
  pid: z.number(),
  /** Clock ticks since boot at which the process began: tells a reused pid from the owner. */
  startedAt: z.string().optional(),
  bootId: z.string().optional(),
  /** Pids mean something only inside one pid namespace; containers have their own. */
  pidNamespace: z.string().optional(),
});
type Owner = z.infer<typeof ownerSchema>;

/**
 * Takes the one lock of a data directory, creating the directory if need be.
 *
 * A lock left by a dead process is taken over; a live owner's never is. Liveness is judged by pid, process
 * start time and boot id, so neither a reused pid nor a restarted container is mistaken for the owner.
 * An owner in another container cannot be seen by pid, so its heartbeat (the file's mtime) decides.
 *
 * @throws StoreInUseError when the directory is in use; StoreError when it cannot be written
 */
export async function lockDirectory(directory: string): Promise<Closable> {
  const path = resolve(directory, 'lock');
  const owner: Owner = { id: randomUUID(), ...describeProcess(process.pid) };
  const candidate = `${path}.${owner.id}`;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(candidate, JSON.stringify(owner), { mode: 0o600 });
  } catch (error) {
    throw new StoreError(`Cannot write to ${resolve(directory)}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  try {
    await acquire(path, candidate, directory);
  } finally {
    await rm(candidate, { force: true });
  }
  return keep(path, owner);
}

/** `link` publishes a complete file or fails: nobody ever reads half a lock. */
async function acquire(path: string, candidate: string, directory: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await tryLink(candidate, path)) return;
    const holder = await readOwner(path);
    if (holder === undefined) continue; // released in between
    if (await isAlive(holder, path)) {
      throw new StoreInUseError(
        `${resolve(directory)} is in use by another instance (pid ${holder.pid}); stop it, or choose another directory`,
      );
    }
    await takeOver(path, candidate, directory, holder);
    return;
  }
  throw new StoreInUseError(`${resolve(directory)} is being opened and closed by other instances`);
}

/** Several processes may find the same dead owner; a lock on the take-over lets exactly one replace it. */
async function takeOver(path: string, candidate: string, directory: string, dead: Owner) {
  const guard = `${path}.takeover`;
  await acquire(guard, candidate, directory);
  try {
    const holder = await readOwner(path);
    if (holder?.id !== dead.id) {
      throw new StoreInUseError(`${resolve(directory)} was taken by another instance just now`);
    }
    const replacement = `${candidate}.new`;
    await link(candidate, replacement);
    await rename(replacement, path);
  } finally {
    await rm(guard, { force: true });
  }
}

function keep(path: string, owner: Owner): Closable {
  const timer = setInterval(() => {
    const now = new Date();
    // A heartbeat that fails once is made up for by the next; the file may also be gone at shutdown.
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      const holder = await readOwner(path);
      if (holder?.id === owner.id) await rm(path, { force: true });
    },
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const parsed = ownerSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new StoreInUseError(`${path} is not a lock file that we wrote; remove it if you are sure`);
}

async function isAlive(owner: Owner, path: string): Promise<boolean> {
  const self = describeProcess(process.pid);
  if (owner.bootId !== self.bootId) return false;
  if (owner.pidNamespace !== self.pidNamespace) return heartbeatIsFresh(path);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false; // EPERM means alive, and someone else's
  }
  return describeProcess(owner.pid).startedAt === owner.startedAt;
}

async function heartbeatIsFresh(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs < heartbeatLostMs;
}

/** On systems without /proc only the pid is known, and everything else compares as equal. */
function describeProcess(pid: number): Omit<Owner, 'id'> {
  const startedAt = attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the second field is the command in parentheses and may itself hold spaces.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  });
  const bootId = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const pidNamespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  return {
    pid,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const parseJson = (text: string): unknown => attempt(() => JSON.parse(text) as unknown);

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
