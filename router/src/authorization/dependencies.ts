import {
  parseSelectionSet,
  type CompositeType,
  type FieldDefinition,
  type InterfaceType,
  type ObjectType,
  type Schema,
  type SelectionSet,
} from '@apollo/federation-internals';

export type Field = FieldDefinition<ObjectType | InterfaceType>;

/** The arguments of `@join__field` that tell of it. */
interface JoinField {
  readonly requires?: string;
  readonly contextArguments?: readonly { readonly context: string; readonly selection: string }[];
}

/**
 * Finds what `@requires` and `@fromContext` let a subgraph read for a field. New versions of composition demand that
 * the field be guarded like all of it (GHSA-m8jr-fxqx-8xx6); supergraphs that older ones composed have the hole.
 */
export function dependencyFinder(schema: Schema): (field: Field) => ReadonlySet<Field> {
  const joinField = directiveName(schema, 'join', 'field');
  const contexts = typesByContext(schema);
  return (field) => {
    const found = new Set<Field>();
    const read = (parentType: CompositeType, source: string) =>
      collect(parseSelectionSet({ parentType, source }), found);
    for (const application of joinField === undefined ? [] : field.appliedDirectivesOf(joinField)) {
      const { requires, contextArguments } = application.arguments() as JoinField;
      if (requires !== undefined) read(field.parent, requires);
      for (const { context, selection } of contextArguments ?? []) {
        for (const type of contexts.get(context) ?? []) read(type, selection);
      }
    }
    return found;
  };
}

function collect(selectionSet: SelectionSet, found: Set<Field>): void {
  for (const { element, selectionSet: below } of selectionSet.selections()) {
    if (element.kind === 'Field') found.add(element.definition as Field);
    if (below !== undefined) collect(below, found);
  }
}

function typesByContext(schema: Schema): ReadonlyMap<string, readonly CompositeType[]> {
  const name = directiveName(schema, 'context', 'context');
  const types = new Map<string, CompositeType[]>();
  const applications = name === undefined ? [] : (schema.directive(name)?.applications() ?? []);
  for (const application of applications) {
    const { name: context } = application.arguments() as { name: string };
    types.set(context, [...(types.get(context) ?? []), application.parent as CompositeType]);
  }
  return types;
}

/** What a directive of one of Apollo's specifications is called in this schema. */
const directiveName = (schema: Schema, specification: string, name: string): string | undefined =>
  schema.coreFeatures
    ?.getByIdentity(`https://specs.apollo.dev/${specification}`)
    ?.directiveNameInSchema(name);
