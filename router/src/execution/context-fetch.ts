import type { FetchDataRewrite } from '@apollo/query-planner';
import { contextValues, withContextValues } from './context-values.js';
import { fetchEntities, type EntityFetch } from './entity-fetch.js';
import type { JsonObject } from './json.js';
import { collectDescendants } from './paths.js';
import type { PlanStep } from './plan-step.js';

/**
 * A fetch of entities with `@fromContext`: values from above an entity are arguments of its fields. Entities with the
 * same values are asked for together; an entity below two objects that differ is asked for twice.
 */
export function contextFetch(fetch: EntityFetch, rewrites: readonly FetchDataRewrite[]): PlanStep {
  const valuesOf = contextValues(fetch.context.supergraphSchema, rewrites);
  return (execution) => {
    const groups = new Map<string, JsonObject[]>();
    for (const descendant of collectDescendants(execution.data, fetch.path)) {
      const values = valuesOf(descendant);
      const group = groups.get(values);
      if (group === undefined) groups.set(values, [descendant.object]);
      else group.push(descendant.object);
    }
    const running = [...groups].flatMap(([values, objects]) => {
      const operation = withContextValues(fetch.operation, rewrites, values);
      return fetchEntities(execution, { ...fetch, operation }, objects) ?? [];
    });
    return running.length === 0 ? undefined : Promise.all(running).then(() => undefined);
  };
}
