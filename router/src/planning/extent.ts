import {
  Kind,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../execution/fragments.js';

/** How much an operation asks for, with every fragment written out where it is spread. */
export interface OperationExtent {
  readonly fields: number;
  /** Fields under another name: each may run the same resolver once more. */
  readonly aliases: number;
  readonly directives: number;
  /** Each is a fetch of its own, and of a mutation a change of its own. */
  readonly rootFields: number;
}

type Counts = Omit<OperationExtent, 'rootFields'>;

/**
 * Twenty short fragments that spread each other twice come to a million fields: the planner and whoever writes the
 * answer would visit each.
 * @param document a valid one: fragments without cycles
 */
export function operationExtent(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationExtent {
  const fragments = fragmentsOf(document);
  // Each fragment is counted once, however often it is spread.
  const inFragment = <Value>(nothing: Value, count: (selectionSet: SelectionSetNode) => Value) => {
    const known = new Map<string, Value>();
    return (name: string): Value => {
      const counted = known.get(name);
      if (counted !== undefined) return counted;
      const selectionSet = fragments.get(name)?.selectionSet;
      const value = selectionSet === undefined ? nothing : count(selectionSet);
      known.set(name, value);
      return value;
    };
  };
  const countsOf = ({ selections }: SelectionSetNode): Counts => {
    const counts = { ...none };
    for (const selection of selections) {
      counts.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        counts.fields++;
        if (selection.alias !== undefined) counts.aliases++;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        add(counts, fragmentCounts(selection.name.value));
      else if (selection.selectionSet !== undefined) add(counts, countsOf(selection.selectionSet));
    }
    return counts;
  };
  const fragmentCounts = inFragment(none, countsOf);
  const widthOf = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1;
      return selection.kind === Kind.INLINE_FRAGMENT
        ? sum + widthOf(selection.selectionSet)
        : sum + fragmentWidth(selection.name.value);
    }, 0);
  const fragmentWidth = inFragment(0, widthOf);

  const counts = countsOf(operation.selectionSet);
  return {
    ...counts,
    directives: counts.directives + (operation.directives?.length ?? 0),
    rootFields: widthOf(operation.selectionSet),
  };
}

const none: Counts = { fields: 0, aliases: 0, directives: 0 };

function add(to: { -readonly [Name in keyof Counts]: number }, counts: Counts): void {
  to.fields += counts.fields;
  to.aliases += counts.aliases;
  to.directives += counts.directives;
}
