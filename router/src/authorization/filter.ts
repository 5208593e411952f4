import {
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';
import { OperationError } from '../execution/errors.js';
import { shownName } from '../execution/own-names.js';
import { ownDefinitions } from '../planning/document.js';
import { unauthorized } from './refused-field.js';

/** An operation without what its viewer may not see. */
export interface FilteredOperation {
  /** To be planned: nobody will be asked for what is not in it. */
  readonly document: DocumentNode;
  /** Which fields of the whole operation are missing, and all below them: see `fieldsAt`. */
  readonly refused: readonly number[];
}

/** Stands where nothing else is left, so that the object itself is still asked for. */
const typename: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
};

/**
 * Takes out of an operation what its viewer may not see. A field in a fragment has the fragment's type, wherever it is
 * spread.
 * @param document an operation and the fragments that it uses, valid
 * @throws OperationError for a subscription to an event that she may not see: there is nothing else to wait for
 */
export function filterOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  isAllowed: (typeName: string, fieldName: string) => boolean,
): FilteredOperation {
  const types = new TypeInfo(schema);
  const refused: number[] = [];
  let position = 0;
  const filtered = visit(
    document,
    visitWithTypeInfo(types, {
      Field: (node) => {
        const parent = types.getParentType();
        const name = node.name.value;
        if (parent == null || name.startsWith('__') || isAllowed(parent.name, name)) {
          position++;
          return undefined;
        }
        if (parent === schema.getSubscriptionType()) throw refusedEvent(node);
        visit(node, { Field: () => void refused.push(position++) });
        return null;
      },
      SelectionSet: {
        leave: (node) =>
          node.selections.length === 0 ? { ...node, selections: [typename] } : undefined,
      },
    }),
  );
  return { document: withoutUnused(filtered), refused };
}

function withoutUnused(document: DocumentNode): DocumentNode {
  const [operation] = document.definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION
    ? ownDefinitions(document, operation)
    : document;
}

function refusedEvent({ alias, name }: FieldNode): OperationError {
  return new OperationError([{ ...unauthorized, path: [shownName((alias ?? name).value)] }], 403);
}

/** The fields of a document at these positions, counted from 0 in the order of its text. */
export function fieldsAt(
  document: DocumentNode,
  positions: readonly number[],
): ReadonlySet<FieldNode> {
  const fields = new Set<FieldNode>();
  if (positions.length === 0) return fields;
  const wanted = new Set(positions);
  let position = 0;
  visit(document, {
    Field: (node) => {
      if (wanted.has(position++)) fields.add(node);
    },
  });
  return fields;
}
