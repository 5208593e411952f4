import {
  baseType,
  isInterfaceType,
  isObjectType,
  type InterfaceType,
  type NamedType,
  type ObjectType,
  type Schema,
} from '@apollo/federation-internals';
import { holdsAll, implies, type Clause } from './clauses.js';
import { declaredAccess, type DeclaredAccess, type Guarded } from './declared-access.js';
import { dependencyFinder, type Field } from './dependencies.js';
import type { Rights } from './rights.js';

/** What a supergraph asks of viewers before they may see a field. */
export interface AccessRequirements {
  /** Every right that it asks for, in a fixed order; empty when everybody may see everything. */
  readonly mentioned: readonly string[];
  /** Whether a field may be selected on a type, by all that guards it, its type and what lies behind it. */
  allows(rights: Rights, typeName: string, fieldName: string): boolean;
}

/** What is known of a field so far. */
interface Found {
  readonly clauses: Set<Clause>;
  readonly visited: Set<Guarded>;
}

/** @throws when the supergraph uses a version of the directives that is not known here */
export function accessRequirements(schema: Schema): AccessRequirements {
  const declared = declaredAccess(schema);
  const known = new Map<string, readonly Clause[]>();
  const clausesOf = clauseFinder(schema, declared);
  return {
    mentioned: declared.mentioned,
    allows(rights, typeName, fieldName) {
      const coordinate = `${typeName}.${fieldName}`;
      const clauses = known.get(coordinate) ?? clausesOf(typeName, fieldName);
      known.set(coordinate, clauses);
      return holdsAll(clauses, rights);
    },
  };
}

function clauseFinder(schema: Schema, declared: DeclaredAccess) {
  const dependenciesOf = dependencyFinder(schema);
  const ownOfInterface = declaredOnInterfaces(declared);

  /** What the type asks for. Of an interface any implementation may come: the strictest together. */
  function addType(type: NamedType, found: Found): void {
    if (found.visited.has(type)) return;
    found.visited.add(type);
    for (const clause of declared.of(type)) found.clauses.add(clause);
    if (isInterfaceType(type)) {
      for (const implementation of type.possibleRuntimeTypes()) addType(implementation, found);
    } else if (isObjectType(type)) {
      for (const above of type.interfaces()) {
        for (const clause of ownOfInterface.type(above)) found.clauses.add(clause);
      }
    }
  }

  /** What the field asks for, on its type, by its value, and for all that must be read to answer it. */
  function addField(field: Field, found: Found): void {
    if (found.visited.has(field)) return;
    found.visited.add(field);
    const { parent } = field;
    addType(parent, found);
    if (field.name === '__typename') return;
    const value = baseType(field.type ?? parent);
    addType(value, found);
    for (const clause of declared.of(field)) found.clauses.add(clause);
    addDependencies(field, found);
    if (isInterfaceType(parent)) {
      for (const type of parent.possibleRuntimeTypes()) addNamed(type, field.name, found);
    } else {
      for (const above of parent.interfaces()) {
        const inherited = above.field(field.name);
        if (inherited === undefined) continue;
        for (const clause of ownOfInterface.field(above, inherited)) found.clauses.add(clause);
        // An @interfaceObject's field is what its interface says, @requires included.
        addDependencies(inherited, found);
      }
    }
  }
  const addNamed = (type: ObjectType | InterfaceType, name: string, found: Found) => {
    const field = type.field(name);
    if (field !== undefined) addField(field, found);
  };
  const addDependencies = (field: Field, found: Found) => {
    for (const each of dependenciesOf(field)) addField(each, found);
  };

  return (typeName: string, fieldName: string): readonly Clause[] => {
    const found: Found = { clauses: new Set(), visited: new Set() };
    const type = schema.type(typeName);
    if (type !== undefined && (isObjectType(type) || isInterfaceType(type))) {
      addNamed(type, fieldName, found);
    }
    return [...found.clauses];
  };
}

/**
 * What interfaces ask for by themselves. Composition writes on an interface what its implementations ask for together:
 * that must not be asked of the other implementations too. What stands on an interface beyond that somebody has
 * written there, for all of them (older versions of composition allowed it: GHSA-mx7m-j9xf-62hw).
 */
function declaredOnInterfaces(declared: DeclaredAccess) {
  const known = new Map<Guarded, readonly Clause[]>();
  const beyond = (element: Guarded, implementations: readonly Guarded[]): readonly Clause[] => {
    const before = known.get(element);
    if (before !== undefined) return before;
    const given = implementations.flatMap((each) => declared.of(each));
    const clauses = declared.of(element).filter((clause) => !implies(given, clause));
    known.set(element, clauses);
    return clauses;
  };
  return {
    type: (type: InterfaceType) => beyond(type, type.possibleRuntimeTypes()),
    field: (type: InterfaceType, field: Field) =>
      beyond(
        field,
        type.possibleRuntimeTypes().flatMap((each) => each.field(field.name) ?? []),
      ),
  };
}
