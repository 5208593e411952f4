/** A GraphQL document with the types of what it takes and gives; a test validates each against the graph. */
export interface Operation<Data, Variables extends Record<string, unknown>> {
  readonly name: string;
  readonly text: string;
  /** Only for the type checker; never set. */
  readonly types?: (variables: Variables) => Data;
}

export type NoVariables = Record<string, never>;

/** @param text one named operation, with its fragments */
export function operation<Data, Variables extends Record<string, unknown> = NoVariables>(
  text: string,
): Operation<Data, Variables> {
  const name = /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(text)?.[1];
  if (name === undefined) throw new TypeError(`an operation needs a name: ${text}`);
  return { name, text };
}

/** Finds the operations among what a module exports. */
export const operationsOf = (
  module: Readonly<Record<string, unknown>>,
): Operation<unknown, never>[] =>
  Object.values(module).filter(
    (value): value is Operation<unknown, never> =>
      typeof value === 'object' && value !== null && 'name' in value && 'text' in value,
  );
