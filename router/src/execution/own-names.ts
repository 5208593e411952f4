const prefix = 'pcc__';

/** The name under which a field travels whose own name in the answer something else may need: see `withOwnNames`. */
export const ownName = (responseKey: string): string => prefix + responseKey;

export const isOwnName = (key: string): boolean => key.startsWith(prefix);

/** The name that the client knows. */
export const shownName = (key: string): string => (isOwnName(key) ? key.slice(prefix.length) : key);

/** An error with the names that the client knows in its path. */
export const withShownNames = <Error extends { readonly path?: readonly (string | number)[] }>(
  error: Error,
): Error =>
  error.path?.some((key) => typeof key === 'string' && isOwnName(key)) === true
    ? { ...error, path: error.path.map((key) => (typeof key === 'string' ? shownName(key) : key)) }
    : error;
