import type { JsonObject } from '../execution/json.js';

/** What is kept of an entity. */
export interface EntityEntry {
  /** Those of all that it depends on, as they were before it was read. */
  readonly generations: string;
  /** How many mutations had passed through routers then. */
  readonly mutationCount: number;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  readonly entity: JsonObject;
}

/** No subgraph may ask for more: a generation must outlive what was read under it. */
export const longestSeconds = 300;

/** @param entityText the entity as JSON, which is not read again */
export const entityEntry = (
  generations: string,
  mutationCount: number,
  endsAt: number,
  entityText: string,
): string => `[${JSON.stringify(generations)},${mutationCount},${endsAt},${entityText}]`;

export function parseEntry(text: string | null | undefined): EntityEntry | undefined {
  if (typeof text !== 'string') return undefined;
  const [generations, mutationCount, endsAt, entity] = JSON.parse(text) as [
    string,
    number,
    number,
    JsonObject,
  ];
  return { generations, mutationCount, endsAt, entity };
}
