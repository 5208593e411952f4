/** A JSON object of a subgraph's answer. Keys are chosen by clients (aliases), so none may be trusted. */
export interface JsonObject {
  [key: string]: unknown;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads an own property only: an alias such as `toString` must not reach the prototype. */
export const getOwn = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** Writes an own property, also when a client's alias is `__proto__`. */
export function setOwn(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    object[key] = value;
  }
}

/** Whether JSON data nests so deep that work which follows it down would run out of stack. */
export const isTooDeep = (value: unknown, levels = maximumLevels): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((item) => isTooDeep(item, levels - 1)));

/** What people write by hand or programs for each other has some ten. */
const maximumLevels = 200;

/** A deep copy of JSON data. */
export function cloneJson<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(cloneJson) as Value;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key in value) setOwn(copy, key, cloneJson(value[key]));
  return copy as Value;
}

/**
 * Merges what another fetch brought into what is there: objects by key, lists of equal length by
 * position; anything else is replaced.
 */
export function mergeJson(target: JsonObject, source: JsonObject): void {
  // JSON's objects inherit nothing enumerable, so `for in` sees own keys, and makes no list of them.
  for (const key in source) {
    const incoming = source[key];
    if (incoming === null || typeof incoming !== 'object') {
      if (incoming !== undefined) setOwn(target, key, incoming);
    } else {
      setOwn(target, key, merged(getOwn(target, key), incoming));
    }
  }
}

function merged(present: unknown, incoming: unknown): unknown {
  if (present === incoming) return incoming;
  if (isObject(present) && isObject(incoming)) {
    mergeJson(present, incoming);
    return present;
  }
  if (Array.isArray(present) && Array.isArray(incoming) && present.length === incoming.length) {
    for (const [index, item] of incoming.entries()) present[index] = merged(present[index], item);
    return present;
  }
  return incoming;
}
