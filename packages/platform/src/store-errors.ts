/**
 * Codes and names by which drivers say that a store cannot be reached: Node's sockets, PostgreSQL's
 * class 57P (shutting down) and 08 (connection), Prisma's adapter kinds, MongoDB's error names.
 */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'StoreClosedError',
  // Our own: what `asUnavailable` of @pcc/stores and repositories make of the above.
  'STORE_UNAVAILABLE',
]);

const deepestCause = 8;

/** Whether an error, or anything that caused it, means that a store is down: the client may try again later. */
export function isStoreUnavailable(error: unknown): boolean {
  let current: unknown = error;
  for (
    let depth = 0;
    depth < deepestCause && typeof current === 'object' && current !== null;
    depth++
  ) {
    const { code, name, kind, cause, errors, meta } = current as Record<string, unknown>;
    if ([code, name, kind].some((sign) => typeof sign === 'string' && unreachable.has(sign)))
      return true;
    // Node's happy-eyeballs connect reports one error per address.
    if (Array.isArray(errors) && errors.length > 0 && errors.every(isStoreUnavailable)) return true;
    // Prisma's error for a raw statement has no cause; the driver's is in its `meta`.
    current = cause ?? (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError;
  }
  return false;
}
