import {
  Kind,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * How many fields an operation has when every fragment is written out where it is spread. Twenty short fragments
 * that spread each other twice come to a million: the planner and whoever writes the answer would visit each.
 * @param document a valid one: fragments without cycles
 */
export function operationSize(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition.selectionSet);
    }
  }
  // Each fragment is counted once, however often it is spread.
  const known = new Map<string, number>();
  const sizeOf = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + fragmentSize(selection.name.value);
      const below = selection.selectionSet === undefined ? 0 : sizeOf(selection.selectionSet);
      return sum + below + (selection.kind === Kind.FIELD ? 1 : 0);
    }, 0);
  const fragmentSize = (name: string): number => {
    const counted = known.get(name);
    if (counted !== undefined) return counted;
    const selectionSet = fragments.get(name);
    const size = selectionSet === undefined ? 0 : sizeOf(selectionSet);
    known.set(name, size);
    return size;
  };
  return sizeOf(operation.selectionSet);
}
