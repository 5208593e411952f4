import type {
  Directive,
  FieldDefinition,
  NamedType,
  ObjectType,
  InterfaceType,
  Schema,
} from '@apollo/federation-internals';
import type { Clause } from './clauses.js';
import { authenticated, policyRight, scopeRight } from './rights.js';

export type Guarded = NamedType | FieldDefinition<ObjectType | InterfaceType>;

/** What the access-control directives of a supergraph say, element by element. */
export interface DeclaredAccess {
  /** Every right that they ask for, in a fixed order. */
  readonly mentioned: readonly string[];
  of(element: Guarded): readonly Clause[];
}

interface AccessDirective {
  /** As it is named in this supergraph: an import may rename it. */
  readonly name: string;
  readonly read: (application: Directive) => Clause | undefined;
}

const specifications = [
  { name: 'authenticated', read: (): Clause => [[authenticated]] },
  { name: 'requiresScopes', read: readLists('scopes', scopeRight) },
  { name: 'policy', read: readLists('policies', policyRight) },
];
const version = '/v0.1';

/** @throws when the supergraph uses a version of them that is not known here */
export function declaredAccess(schema: Schema): DeclaredAccess {
  const directives = specifications.flatMap(({ name, read }): AccessDirective[] => {
    const feature = schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${name}`);
    if (feature === undefined) return [];
    const url = feature.url.toString();
    if (!url.endsWith(version)) throw new Error(`${url} is not supported, only its version 0.1`);
    return [{ name: feature.directiveNameInSchema(name), read }];
  });
  const mentioned = new Set<string>();
  for (const { name, read } of directives) {
    for (const application of schema.directive(name)?.applications() ?? []) {
      for (const right of (read(application) ?? []).flat()) mentioned.add(right);
    }
  }
  return {
    mentioned: [...mentioned].sort(),
    of: (element) =>
      directives.flatMap(({ name, read }) =>
        element.appliedDirectivesOf(name).flatMap((application) => {
          const clause = read(application);
          return clause === undefined ? [] : [clause];
        }),
      ),
  };
}

/**
 * Reads `[["a", "b"], ["c"]]`: a and b, or c. An empty list asks for nothing, as in composition; without any list
 * nobody has what is asked for.
 */
function readLists(argument: string, rightOf: (name: string) => string) {
  return (application: Directive): Clause | undefined => {
    const value = (application.arguments() as Record<string, unknown>)[argument];
    if (value === undefined || value === null) return [];
    const lists = asList(value).map((list) => asList(list).map((name) => rightOf(String(name))));
    return lists.length === 0 ? undefined : lists;
  };
}

/** GraphQL takes a value for a list of one. */
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
