import {
  getNamedType,
  isInputObjectType,
  isLeafType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { isObject, type JsonObject } from '../execution/json.js';
import type { CostDirectives, ListSize } from './cost-directives.js';

/**
 * The weights of IBM's specification, section 7: what `@cost` says, else 1 for what is made of fields and 0
 * for scalars and enums, be it a type, a field that returns it, an argument or an input field.
 */
export interface Weights {
  ofType(type: GraphQLNamedType): number;
  /** Of running a field once with these arguments; never negative. */
  ofField(parent: GraphQLObjectType, field: Field, args: JsonObject): number;
  listSize(parent: GraphQLObjectType, field: Field): ListSize | undefined;
}

export type Field = GraphQLField<unknown, unknown>;

export function costWeights({ weights, listSizes }: CostDirectives): Weights {
  const weightOf = (coordinate: string, type: GraphQLNamedType): number =>
    weights.get(coordinate) ?? (isLeafType(type) ? 0 : 1);

  const ofInputs = (type: GraphQLInputType, value: unknown): number => {
    if (Array.isArray(value)) {
      return value.reduce((sum: number, item: unknown) => sum + ofInputs(type, item), 0);
    }
    const named = getNamedType(type);
    if (!isInputObjectType(named) || !isObject(value)) return 0;
    let sum = 0;
    for (const field of Object.values(named.getFields())) {
      const given = value[field.name];
      if (given === undefined) continue;
      sum += weightOf(`${named.name}.${field.name}`, getNamedType(field.type));
      sum += ofInputs(field.type, given);
    }
    return sum;
  };
  const ofArgument = (coordinate: string, { type }: GraphQLArgument, value: unknown): number =>
    weightOf(coordinate, getNamedType(type)) + ofInputs(type, value);

  return {
    ofType: (type) => weightOf(type.name, type),
    ofField(parent, field, args) {
      const coordinate = `${parent.name}.${field.name}`;
      let sum = weightOf(coordinate, getNamedType(field.type));
      for (const argument of field.args) {
        const value = args[argument.name];
        if (value === undefined) continue;
        sum += ofArgument(`${coordinate}(${argument.name}:)`, argument, value);
      }
      return Math.max(0, sum);
    },
    listSize: (parent, field) =>
      listSizes.get(`${parent.name}.${field.name}`) ??
      parent
        .getInterfaces()
        .map(({ name }) => listSizes.get(`${name}.${field.name}`))
        .find((found) => found !== undefined),
  };
}
