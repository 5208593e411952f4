import { DBRef, deserialize, Double, Int32, Long, serialize } from 'bson';
import type { Document } from './types.js';
import { isDocument, isInt32, plainReference } from './types.js';

/** Keeps every BSON type apart; `toTyped` then unwraps those that JavaScript can tell apart itself. */
const exactTypes = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as const;

/** Reads one BSON document so that writing it again gives the same bytes. */
export function decode(bytes: Uint8Array): Document {
  return toTyped(deserialize(bytes, exactTypes)) as Document;
}

/** Writes a document as BSON; `undefined` fields are left out. */
export function encode(document: Document): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

function toTyped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = toTyped(value[index]);
    return value;
  }
  if (value instanceof Int32) return value.value;
  if (value instanceof Double) return isInt32(value.value) ? value : value.value;
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof DBRef) return toTyped(plainReference(value));
  if (!isDocument(value)) return value;
  // Only changed fields are assigned, so a field called `__proto__` stays the data it is.
  for (const key of Object.keys(value)) {
    const field = value[key];
    const typed = toTyped(field);
    if (typed !== field) value[key] = typed;
  }
  return value;
}

/** Whether two documents are the same bytes: also field order and number types count. */
export function equalEncoding(left: Document, right: Document): boolean {
  return Buffer.compare(encode(left), encode(right)) === 0;
}
