import { Ajv } from 'ajv';
import { failedToParse, notImplemented } from '../errors.js';
import { compareValues, orderKey } from '../bson/order.js';
import { toInteger } from '../bson/numbers.js';
import type { Document, TypeName } from '../bson/types.js';
import { isDocument, isNumeric, typeName } from '../bson/types.js';
import { typeSet } from './operators.js';

/** JSON Schema's own type names and the BSON types they mean. */
const jsonTypes: Record<string, unknown> = {
  object: 'object',
  array: 'array',
  number: 'number',
  boolean: 'bool',
  string: 'string',
  null: 'null',
};

/**
 * Compiles MongoDB's dialect of JSON Schema (draft 4 with `bsonType`) with ajv. Keywords that look
 * at numbers or equality are our own, because documents hold BSON numbers, not only JSON ones.
 */
export function compileJsonSchema(schema: unknown): (document: Document) => boolean {
  if (!isDocument(schema)) throw failedToParse('$jsonSchema must be an object');
  refuseUnsupported(schema);
  try {
    const validate = bsonAjv().compile(schema);
    return (document) => validate(document) === true;
  } catch (error) {
    throw failedToParse(`Invalid $jsonSchema: ${(error as Error).message}`);
  }
}

function bsonAjv(): Ajv {
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    validateSchema: false,
    validateFormats: false,
    logger: false,
  });
  const test = (
    keyword: string,
    compile: (operand: unknown) => (value: unknown) => boolean,
  ): void => {
    if (ajv.getKeyword(keyword) !== false) ajv.removeKeyword(keyword);
    ajv.addKeyword({ keyword, compile });
  };
  const types = (names: ReadonlySet<TypeName>) => (value: unknown) => names.has(typeName(value));
  const bound =
    (sign: 1 | -1, limit: unknown, strict: boolean) =>
    (value: unknown): boolean => {
      if (!isNumeric(value)) return true;
      const order = compareValues(value, limit) * sign;
      return strict ? order > 0 : order >= 0;
    };
  test('bsonType', (operand) => types(typeSet(operand)));
  test('type', (operand) => {
    const names = Array.isArray(operand) ? (operand as unknown[]) : [operand];
    return types(typeSet(names.map((name) => jsonTypes[String(name)] ?? name)));
  });
  test('enum', (operand) => {
    const allowed = new Set((operand as unknown[]).map(orderKey));
    return (value) => allowed.has(orderKey(value));
  });
  test('uniqueItems', (operand) => (value) => {
    if (operand !== true || !Array.isArray(value)) return true;
    return new Set((value as unknown[]).map(orderKey)).size === value.length;
  });
  test('multipleOf', (operand) => (value) => {
    const [integer, divisor] = [toInteger(value), toInteger(operand)];
    return integer === undefined ? !isNumeric(value) : integer % (divisor ?? 1n) === 0n;
  });
  // Draft 4: exclusiveMinimum is a boolean beside minimum, so both are read together.
  for (const [keyword, exclusive, sign] of [
    ['minimum', 'exclusiveMinimum', 1],
    ['maximum', 'exclusiveMaximum', -1],
  ] as const) {
    ajv.removeKeyword(exclusive);
    ajv.removeKeyword(keyword);
    ajv.addKeyword({ keyword: exclusive });
    ajv.addKeyword({
      keyword,
      compile: (limit: unknown, parent: unknown) =>
        bound(sign, limit, isDocument(parent) && parent[exclusive] === true),
    });
  }
  return ajv;
}

const unsupported = ['$ref', '$schema', 'default', 'definitions', 'format', 'id', '$id', 'if'];
const maps = new Set(['properties', 'patternProperties', 'dependencies']);

/** MongoDB refuses these as well; ajv would give them a meaning. */
function refuseUnsupported(schema: unknown): void {
  if (Array.isArray(schema)) return schema.forEach(refuseUnsupported);
  if (!isDocument(schema)) return;
  for (const key of Object.keys(schema)) {
    const value = schema[key];
    if (unsupported.includes(key))
      throw failedToParse(`$jsonSchema keyword '${key}' is not currently supported`);
    if (key === 'encrypt') throw notImplemented('$jsonSchema keyword encrypt');
    if (key === 'enum') continue;
    if (maps.has(key) && isDocument(value)) Object.values(value).forEach(refuseUnsupported);
    else refuseUnsupported(value);
    if (key === 'type' && (Array.isArray(value) ? value : [value]).includes('integer'))
      throw failedToParse("$jsonSchema type 'integer' is not currently supported.");
  }
}
