import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint, Node } from 'libpg-query';
import {
  addColumn,
  columnType,
  constraintsOf,
  keepsRows,
  neverNullColumn,
  type Table,
  tableName,
} from './catalogue.js';
import { isInUse, type MigrationContext, type Problem, removal } from './problem.js';

interface Target {
  readonly context: MigrationContext;
  /** Without its schema. */
  readonly relation: string;
  readonly table: Table | undefined;
  readonly inUse: boolean;
}

type Rule = (command: AlterTableCmd, target: Target) => Problem[];

/** What `ALTER TABLE` does to a table that is in use. */
export function checkAlterTable(statement: AlterTableStmt, context: MigrationContext): Problem[] {
  const table = context.catalogue.tables.get(tableName(context.catalogue, statement.relation));
  const target: Target = {
    context,
    relation: statement.relation?.relname ?? '',
    table,
    inUse: isInUse(context, table),
  };
  return (statement.cmds ?? []).flatMap((node) => {
    if (!('AlterTableCmd' in node)) return [];
    const rule = rules[node.AlterTableCmd.subtype ?? 'AT_AddColumn'];
    return rule?.(node.AlterTableCmd, target) ?? [];
  });
}

const addsColumn: Rule = ({ def }, { table, inUse }) => {
  if (def === undefined || !('ColumnDef' in def)) return [];
  addColumn(table, def.ColumnDef);
  return inUse ? newColumnProblems(def.ColumnDef) : [];
};

function newColumnProblems(column: ColumnDef): Problem[] {
  const name = `"${column.colname ?? ''}"`;
  const constraints = constraintsOf(column);
  const find = (kind: Constraint['contype']) => constraints.find(({ contype }) => contype === kind);
  const isSerial = /serial$/.test(columnType(column.typeName).name);
  const fillsItself = isSerial || find('CONSTR_IDENTITY') || find('CONSTR_GENERATED');
  const problems: Problem[] = [];
  if (find('CONSTR_NOTNULL') && !find('CONSTR_DEFAULT') && !fillsItself) {
    const text = `${name} is NOT NULL without a default: neither the rows that are there nor the release before this one fill it`;
    problems.push({ rule: 'not-null', text });
  }
  const isStored = find('CONSTR_GENERATED')?.generated_kind !== 'v' && find('CONSTR_GENERATED');
  if (isSerial || find('CONSTR_IDENTITY') || isStored || isVolatile(find('CONSTR_DEFAULT'))) {
    const text = `${name} is worked out for each row, so the table is written anew while everybody waits; add it empty, and fill it in steps`;
    problems.push({ rule: 'rewrite', text });
  }
  const indexed = find('CONSTR_UNIQUE') ?? find('CONSTR_PRIMARY');
  if (indexed !== undefined) problems.push(blockingConstraint(name));
  if (find('CONSTR_CHECK') ?? find('CONSTR_FOREIGN')) {
    problems.push(validated(`the constraint of ${name}`));
  }
  return problems;
}

const blockingConstraint = (what: string): Problem => ({
  rule: 'blocking-index',
  text: `${what} builds an index while nobody can write; build it with CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX`,
});
const validated = (what: string): Problem => ({
  rule: 'not-valid',
  text: `${what} reads every row while nobody can write; ADD CONSTRAINT … NOT VALID, and VALIDATE it in a migration after this one`,
});

/** Functions whose value is the same for every row of a statement. */
const stable = new Set(['now', 'transaction_timestamp', 'statement_timestamp', 'current_setting']);

function isVolatile(constraint: Constraint | undefined): boolean {
  return constraint?.raw_expr !== undefined && callsVolatile(constraint.raw_expr);
}
function callsVolatile(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('FuncCall' in node) {
    const { funcname } = node.FuncCall as { funcname?: Node[] };
    const name = (funcname ?? []).flatMap((part) => ('String' in part ? [part.String.sval] : []));
    if (!stable.has(name.at(-1) ?? '')) return true;
  }
  return Object.values(node).some(callsVolatile);
}

const dropsColumn: Rule = ({ name = '' }, { context, relation, table, inUse }) => {
  table?.columns.delete(name);
  const isUsed = context.prisma.hasColumn(relation, name);
  return inUse ? removal(context, `the column "${relation}"."${name}"`, isUsed) : [];
};

const changesType: Rule = ({ name = '', def }, { table, inUse }) => {
  if (def === undefined || !('ColumnDef' in def)) return [];
  const to = columnType(def.ColumnDef.typeName);
  const from = table?.columns.get(name);
  table?.columns.set(name, to);
  if (!inUse || (def.ColumnDef.raw_default === undefined && keepsRows(from, to))) return [];
  const text = `"${name}" becomes ${to.name}: the table is written anew, or every row read, while everybody waits; add a column, fill it in steps, and drop the old one in a later release`;
  return [{ rule: 'rewrite', text }];
};

const setsNotNull: Rule = ({ name = '' }, { table, inUse }) => {
  if (!inUse || table?.neverNull.has(name) === true) return [];
  const text = `SET NOT NULL on "${name}" reads every row while everybody waits; validate CHECK ("${name}" IS NOT NULL) before`;
  return [{ rule: 'not-valid', text }];
};

const addsConstraint: Rule = ({ def }, { context, table, inUse }) => {
  if (def === undefined || !('Constraint' in def) || !inUse) return [];
  const constraint = def.Constraint;
  const { conname: name = '', contype: kind = 'CONSTR_NULL' } = constraint;
  if (buildsIndex.has(kind)) {
    return constraint.indexname === undefined ? [blockingConstraint(`"${name}"`)] : [];
  }
  if (!readsRows.has(kind)) return [];
  if (constraint.skip_validation !== true) return [validated(`"${name}"`)];
  table?.constraints.set(name, {
    addedBy: context.migration,
    neverNull: neverNullColumn(constraint.raw_expr),
    validated: false,
  });
  return [];
};

type ConstraintKind = NonNullable<Constraint['contype']>;
const buildsIndex = new Set<ConstraintKind>([
  'CONSTR_UNIQUE',
  'CONSTR_PRIMARY',
  'CONSTR_EXCLUSION',
]);
const readsRows = new Set<ConstraintKind>(['CONSTR_CHECK', 'CONSTR_FOREIGN', 'CONSTR_NOTNULL']);

const validatesConstraint: Rule = ({ name = '' }, { context, table }) => {
  const constraint = table?.constraints.get(name);
  if (constraint === undefined) return [];
  constraint.validated = true;
  if (constraint.neverNull !== undefined) table?.neverNull.add(constraint.neverNull);
  if (constraint.addedBy !== context.migration) return [];
  const text = `"${name}" is validated in the transaction that adds it, which keeps writers waiting; do it in a migration after this one`;
  return [{ rule: 'not-valid', text }];
};

const rewrites: Rule = (_command, { inUse }) =>
  inUse ? [{ rule: 'rewrite', text: 'the table is written anew while everybody waits' }] : [];

const rules: Partial<Record<NonNullable<AlterTableCmd['subtype']>, Rule>> = {
  AT_AddColumn: addsColumn,
  AT_DropColumn: dropsColumn,
  AT_AlterColumnType: changesType,
  AT_SetNotNull: setsNotNull,
  AT_AddConstraint: addsConstraint,
  AT_ValidateConstraint: validatesConstraint,
  AT_SetLogged: rewrites,
  AT_SetUnLogged: rewrites,
  AT_SetTableSpace: rewrites,
  AT_SetAccessMethod: rewrites,
};
