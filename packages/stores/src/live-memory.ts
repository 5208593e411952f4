import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** For tests of streams: how much of what has gone by is still held. */
export interface LiveMemory {
  sample(): void;
  /**
   * The least of the later half of the samples, in bytes above the beginning. What is bounded comes back to
   * little again and again, whatever its peaks; what is not has gathered half of everything by then.
   */
  held(): number;
}

export function liveMemory(): LiveMemory {
  const before = liveBytes();
  const samples: number[] = [];
  return {
    sample: () => void samples.push(liveBytes() - before),
    held: () => Math.min(...samples.slice(Math.floor(samples.length / 2))),
  };
}

/** Of objects and buffers that are still in use. */
function liveBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
