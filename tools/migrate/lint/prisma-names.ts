/** What a Prisma schema calls by name in the database: as long as it does, the code may use it. */
export interface PrismaNames {
  hasTable(table: string): boolean;
  hasColumn(table: string, column: string): boolean;
  hasType(type: string): boolean;
}

/** @param schema the text of a `schema.prisma`, as `prisma format` leaves it: one field a line */
export function prismaNames(schema: string): PrismaNames {
  const blocks = [...schema.matchAll(/^(model|enum) (\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, kind = '', name = '', body = '']) => ({ kind, name, body }),
  );
  const models = new Set(blocks.filter(({ kind }) => kind === 'model').map(({ name }) => name));
  const tables = new Map<string, Set<string>>();
  const types = new Set([...schema.matchAll(/Unsupported\("(\w+)/g)].map(([, type = '']) => type));
  for (const { kind, name, body } of blocks) {
    const mapped = /^\s*@@map\("([^"]+)"\)/m.exec(body)?.[1] ?? name;
    if (kind === 'enum') types.add(mapped);
    else tables.set(mapped, columnsOf(body, models));
  }
  return {
    hasTable: (table) => tables.has(table),
    hasColumn: (table, column) => tables.get(table)?.has(column) === true,
    hasType: (type) => types.has(type),
  };
}

function columnsOf(body: string, models: ReadonlySet<string>): Set<string> {
  const columns = new Set<string>();
  for (const [, name = '', type = '', rest = ''] of body.matchAll(/^\s*(\w+)\s+(\w+)(.*)$/gm)) {
    if (models.has(type)) continue; // a relation
    columns.add(/ @map\("([^"]+)"\)/.exec(rest)?.[1] ?? name);
  }
  return columns;
}
