/** Ids of what each lesson or course requires. */
export type PrerequisiteGraph = ReadonlyMap<string, readonly string[]>;

/**
 * The shortest way along prerequisites from `start` back to itself, both ends included; null when there is
 * none. Run after every change, it only has to look for cycles through the one that changed.
 */
export function findCycle(graph: PrerequisiteGraph, start: string): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let current = queue.shift(); current !== undefined; current = queue.shift()) {
    for (const next of graph.get(current) ?? []) {
      if (next === start) return [...pathTo(current, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, current);
      queue.push(next);
    }
  }
  return null;
}

function pathTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end];
  for (let step = cameFrom.get(end); step !== undefined; step = cameFrom.get(step)) path.push(step);
  return path.reverse();
}
