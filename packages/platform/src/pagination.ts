import { AppError } from './errors.js';

export const defaultPageSize = 20;
export const maximumPageSize = 100;

/** Arguments of every connection field. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** A page to fetch: rows after `after` in the list's order, `limit` of them; the extra one tells whether more follow. */
export interface Page<Cursor> {
  readonly first: number;
  /** `first + 1`: ask the store for this many. */
  readonly limit: number;
  readonly after: Cursor | null;
}

/** What a service returns for a growing list. `totalCount` is a function because clients rarely ask for it. */
export interface Connection<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: () => Promise<number>;
}

/** The sort key of a row, ending with a unique part: `[createdAt, id]`. Opaque to clients. */
export type CursorKey = readonly (string | number | null)[];

export const encodeCursor = (key: CursorKey): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * Reads a client's cursor.
 * @param length how many parts this list's key has
 * @throws AppError BAD_USER_INPUT for anything that did not come from this list
 */
export function decodeCursor(cursor: string, length: number): CursorKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === length && key.every(isKeyPart)) return key;
  } catch {
    // Falls through: what cannot be read is refused like what does not fit.
  }
  throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
}

const isKeyPart = (part: unknown) =>
  part === null || typeof part === 'string' || typeof part === 'number';

/**
 * Checks `first` (1 to 100, by default 20) and decodes `after`.
 * @throws AppError BAD_USER_INPUT
 */
export function pageOf(args: PageArguments, keyLength: number): Page<CursorKey> {
  const first = args.first ?? defaultPageSize;
  if (first < 0 || first > maximumPageSize) {
    throw new AppError('BAD_USER_INPUT', `"first" must be from 0 to ${maximumPageSize}.`);
  }
  const after = args.after == null ? null : decodeCursor(args.after, keyLength);
  return { first, limit: first + 1, after };
}

/**
 * Builds a connection from the rows that a store gave for `page.limit`.
 * @param keyOf the row's sort key; the same parts and order as the query sorts by
 */
export function connectionOf<Row>(
  rows: readonly Row[],
  page: Page<CursorKey>,
  keyOf: (row: Row) => CursorKey,
  totalCount: () => Promise<number>,
): Connection<Row> {
  const nodes = rows.slice(0, page.first);
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(keyOf(node)) }));
  return {
    nodes,
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The same connection over mapped nodes (rows to GraphQL parents). */
export function mapConnection<From, To>(
  connection: Connection<From>,
  map: (node: From) => To,
): Connection<To> {
  const edges = connection.edges.map(({ node, cursor }) => ({ node: map(node), cursor }));
  return { ...connection, edges, nodes: edges.map((edge) => edge.node) };
}
