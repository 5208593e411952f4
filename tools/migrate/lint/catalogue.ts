import type { ColumnDef, Constraint, Node, RangeVar, TypeName } from 'libpg-query';

/** What the migrations read so far have made: which tables hold rows by now, and of what type. */
export interface Catalogue {
  readonly schema: string;
  readonly tables: Map<string, Table>;
}

export interface Table {
  /** The migration that made it: in that one it is empty, and nobody uses it. */
  readonly madeBy: string;
  readonly columns: Map<string, ColumnType>;
  /** Those that were added NOT VALID. */
  readonly constraints: Map<string, UncheckedConstraint>;
  /** Columns of which a valid constraint says that they are never null. */
  readonly neverNull: Set<string>;
}

export interface UncheckedConstraint {
  readonly addedBy: string;
  readonly neverNull: string | undefined;
  validated: boolean;
}

/** Without its schema: `varchar` with `[20]`. */
export interface ColumnType {
  readonly name: string;
  readonly modifiers: readonly number[];
}

export const newCatalogue = (schema: string): Catalogue => ({ schema, tables: new Map() });

/** `learning.users`, also where the schema is left out. */
export const tableName = (catalogue: Catalogue, relation: RangeVar | undefined): string =>
  `${relation?.schemaname ?? catalogue.schema}.${relation?.relname ?? '?'}`;

/** Remembers a table that is made now. */
export function addTable(
  catalogue: Catalogue,
  name: string,
  madeBy: string,
  elements: readonly Node[],
): void {
  const table: Table = {
    madeBy,
    columns: new Map(),
    constraints: new Map(),
    neverNull: new Set(),
  };
  for (const element of elements) {
    if ('ColumnDef' in element) addColumn(table, element.ColumnDef);
  }
  catalogue.tables.set(name, table);
}

export function addColumn(table: Table | undefined, column: ColumnDef): void {
  table?.columns.set(column.colname ?? '', columnType(column.typeName));
}

export const columnType = (type: TypeName | undefined): ColumnType => ({
  name: texts(type?.names).at(-1) ?? '',
  modifiers: (type?.typmods ?? []).flatMap((modifier) =>
    'A_Const' in modifier ? [modifier.A_Const.ival?.ival ?? 0] : [],
  ),
});

/** The strings of a list, as names are written in the syntax tree. */
export const texts = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));

/** The constraints written behind a column. */
export const constraintsOf = (column: ColumnDef): Constraint[] =>
  (column.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));

/** The column of `CHECK (column IS NOT NULL)`. */
export function neverNullColumn(expression: Node | undefined): string | undefined {
  if (expression === undefined || !('NullTest' in expression)) return undefined;
  const { arg, nulltesttype } = expression.NullTest;
  if (nulltesttype !== 'IS_NOT_NULL' || arg === undefined || !('ColumnRef' in arg))
    return undefined;
  return texts(arg.ColumnRef.fields).at(-1);
}

const unbounded = (type: ColumnType) =>
  type.name === 'text' || (type.name === 'varchar' && type.modifiers.length === 0);

/** Whether rows stay as they are, and need not be read, when a column changes from one type to the other. */
export function keepsRows(from: ColumnType | undefined, to: ColumnType): boolean {
  if (from === undefined) return false;
  if (from.name === 'varchar' || from.name === 'text') {
    if (unbounded(to)) return true;
    const [before, after] = [from.modifiers[0], to.modifiers[0]];
    return from.name === 'varchar' && to.name === 'varchar' && (before ?? Infinity) <= (after ?? 0);
  }
  if (from.name !== to.name) return false;
  if (to.modifiers.length === 0) return true;
  const [before, scaleBefore] = from.modifiers;
  const [after = 0, scaleAfter] = to.modifiers;
  return before !== undefined && before <= after && scaleBefore === scaleAfter;
}
