import {
  parseSelectionSet,
  type CompositeType,
  type FieldDefinition,
  type InterfaceType,
  type NamedType,
  type ObjectType,
  type Schema,
  type SelectionSet,
} from '@apollo/federation-internals';

export type Field = FieldDefinition<ObjectType | InterfaceType>;

/** What must be read for a field that was asked for, beside itself. */
export interface Dependencies {
  readonly fields: readonly Field[];
  readonly types: readonly NamedType[];
}

/** The arguments of `@join__field` that tell of it. */
interface JoinField {
  readonly requires?: string;
  readonly contextArguments?: readonly { readonly context: string; readonly selection: string }[];
}

/**
 * Finds what `@requires` and `@fromContext` let a subgraph read for a field. New versions of composition demand that
 * the field be guarded like all of it (GHSA-m8jr-fxqx-8xx6); supergraphs that older ones composed have the hole.
 */
export function dependencyFinder(schema: Schema): (field: Field) => Dependencies {
  const joinField = directiveName(schema, 'join', 'field');
  const contexts = typesByContext(schema);
  return (field) => {
    const found = { fields: new Set<Field>(), types: new Set<NamedType>() };
    const read = (parentType: CompositeType, source: string) =>
      collect(parseSelectionSet({ parentType, source }), found);
    for (const application of joinField === undefined ? [] : field.appliedDirectivesOf(joinField)) {
      const { requires, contextArguments } = application.arguments() as JoinField;
      if (requires !== undefined) read(field.parent, requires);
      for (const { context, selection } of contextArguments ?? []) {
        for (const type of contexts.get(context) ?? []) {
          found.types.add(type);
          read(type, selection);
        }
      }
    }
    return { fields: [...found.fields], types: [...found.types] };
  };
}

function collect(
  selectionSet: SelectionSet,
  found: { readonly fields: Set<Field>; readonly types: Set<NamedType> },
): void {
  for (const selection of selectionSet.selections()) {
    if (selection.kind === 'FieldSelection')
      found.fields.add(selection.element.definition as Field);
    else if (selection.element.typeCondition !== undefined) {
      found.types.add(selection.element.typeCondition);
    }
    if (selection.selectionSet !== undefined) collect(selection.selectionSet, found);
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
