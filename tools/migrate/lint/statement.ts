import type { DropStmt, IndexStmt, Node, RenameStmt } from 'libpg-query';
import { checkAlterTable } from './alter-table.js';
import { addTable, tableName, texts } from './catalogue.js';
import { isInUse, type MigrationContext, type Problem, removal } from './problem.js';

/** What the rules have against one statement; the catalogue learns from it. */
export function checkStatement(node: Node, context: MigrationContext): Problem[] {
  if ('AlterTableStmt' in node) return checkAlterTable(node.AlterTableStmt, context);
  if ('CreateStmt' in node) {
    const { relation, tableElts = [] } = node.CreateStmt;
    const { catalogue, migration } = context;
    addTable(catalogue, tableName(catalogue, relation), migration, tableElts);
    return [];
  }
  // A materialized view is filled like a table, and has indexes.
  if ('CreateTableAsStmt' in node) {
    const { catalogue, migration } = context;
    const name = tableName(catalogue, node.CreateTableAsStmt.into?.rel);
    addTable(catalogue, name, migration, []);
    return [];
  }
  if ('IndexStmt' in node) return checkIndex(node.IndexStmt, context);
  if ('DropStmt' in node) return checkDrop(node.DropStmt, context);
  if ('RenameStmt' in node) return checkRename(node.RenameStmt, context);
  if ('AlterObjectSchemaStmt' in node) {
    const { relation } = node.AlterObjectSchemaStmt;
    const name = relation?.relname ?? 'an object';
    return removal(context, `"${name}", moved to another schema,`, context.prisma.hasTable(name));
  }
  if ('TransactionStmt' in node) {
    const text = 'begins or ends a transaction; the runner does, so that a failure leaves nothing';
    return [{ rule: 'transaction', text }];
  }
  if ('VariableSetStmt' in node && node.VariableSetStmt.is_local !== true) {
    const text = 'SET stays for the migrations after this one; use SET LOCAL';
    return [{ rule: 'transaction', text }];
  }
  return [];
}

function checkIndex(statement: IndexStmt, context: MigrationContext): Problem[] {
  const table = context.catalogue.tables.get(tableName(context.catalogue, statement.relation));
  const name = `"${statement.idxname ?? ''}"`;
  if (statement.concurrent === true)
    return concurrently(name, context, statement.relation?.schemaname);
  // ON ONLY a partitioned table builds nothing yet: its partitions' indexes are attached one by one.
  if (!isInUse(context, table) || statement.relation?.inh !== true) return [];
  const text = `${name} is built while nobody can write to the table; CREATE INDEX CONCURRENTLY, alone in a file that begins with "-- no-transaction"`;
  return [{ rule: 'blocking-index', text }];
}

function concurrently(
  name: string,
  { isBare }: MigrationContext,
  schema: string | undefined,
): Problem[] {
  if (!isBare) {
    const text = `${name}: CONCURRENTLY cannot run in a transaction; begin the file with "-- no-transaction"`;
    return [{ rule: 'no-transaction', text }];
  }
  if (schema !== undefined) return [];
  const text = `${name}: name the schema; outside a transaction the runner sets no search_path`;
  return [{ rule: 'no-transaction', text }];
}

type ObjectType = NonNullable<DropStmt['removeType']>;
interface Dropped {
  readonly schema: string | undefined;
  readonly name: string;
  readonly concurrent: boolean;
}

function checkDrop(statement: DropStmt, context: MigrationContext): Problem[] {
  const rule = drops[statement.removeType ?? 'OBJECT_TABLE'];
  return (statement.objects ?? []).flatMap((object) => {
    const path = namePath(object);
    const [schema, name = ''] = [path.at(-2), path.at(-1)];
    return rule?.({ schema, name, concurrent: statement.concurrent === true }, context) ?? [];
  });
}

const dropsTable = ({ schema, name }: Dropped, context: MigrationContext): Problem[] => {
  const { tables, schema: own } = context.catalogue;
  const key = `${schema ?? own}.${name}`;
  const inUse = isInUse(context, tables.get(key));
  tables.delete(key);
  return inUse ? removal(context, `the table "${name}"`, context.prisma.hasTable(name)) : [];
};
const dropsType = ({ name }: Dropped, context: MigrationContext): Problem[] =>
  removal(context, `the type "${name}"`, context.prisma.hasType(name));

const drops: Partial<
  Record<ObjectType, (dropped: Dropped, context: MigrationContext) => Problem[]>
> = {
  OBJECT_INDEX({ schema, name, concurrent }, context) {
    if (concurrent) return concurrently(`"${name}"`, context, schema);
    const text = `"${name}" is dropped while readers wait; DROP INDEX CONCURRENTLY, alone in a file that begins with "-- no-transaction"`;
    return [{ rule: 'blocking-index', text }];
  },
  OBJECT_TABLE: dropsTable,
  OBJECT_VIEW: dropsTable,
  OBJECT_MATVIEW: dropsTable,
  OBJECT_TYPE: dropsType,
  OBJECT_DOMAIN: dropsType,
  OBJECT_SCHEMA: ({ name }, context) =>
    removal(context, `the schema "${name}"`, name === context.catalogue.schema),
};

/** Names in `DROP` are lists, type names, or single strings. */
function namePath(object: Node | undefined): string[] {
  if (object === undefined) return [];
  if ('List' in object) return texts(object.List.items);
  if ('TypeName' in object) return texts(object.TypeName.names);
  return texts([object]);
}

function checkRename(statement: RenameStmt, context: MigrationContext): Problem[] {
  const { prisma, catalogue } = context;
  const { relation, subname = '' } = statement;
  const table = relation?.relname ?? '';
  if (
    relation !== undefined &&
    !isInUse(context, catalogue.tables.get(tableName(catalogue, relation)))
  ) {
    return [];
  }
  const { renameType = 'OBJECT_TABLE', object } = statement;
  if (renameType === 'OBJECT_COLUMN') {
    return removal(context, `the column "${table}"."${subname}"`, prisma.hasColumn(table, subname));
  }
  if (renameType === 'OBJECT_TYPE') {
    return dropsType(
      { schema: undefined, name: namePath(object).at(-1) ?? '', concurrent: false },
      context,
    );
  }
  const isTable = ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW'].includes(renameType);
  return isTable ? removal(context, `the table "${table}"`, prisma.hasTable(table)) : [];
}
