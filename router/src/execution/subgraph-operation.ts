import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';

/** One way of asking a subgraph, shared by all nodes of a plan that ask alike. */
export interface SubgraphOperation {
  readonly subgraph: string;
  /** `{"query":"…","variables":{`, so that a request only adds its variables. */
  readonly opening: string;
  readonly query: string;
  /** Stands for subgraph and query where they would have to be compared again and again. */
  readonly id: string;
  readonly variableUsages: readonly string[];
  /** Values of `@fromContext` that `opening` holds: members of a JSON object, as text; mostly none. */
  readonly contextValues: string;
  readonly outputRewrites: readonly FetchDataRewrite[] | undefined;
  /** Whether the answer holds objects, which later fetches may add to. */
  readonly isNested: boolean;
}

/**
 * The operation without the planner's name, which holds the client's: the same work then has the same
 * text, and subgraphs parse it once.
 */
export const anonymousOperation = ({ operation, operationName }: FetchNode): string =>
  operationName === undefined
    ? operation
    : operation.replace(new RegExp(`^(query|mutation|subscription) ${operationName}\\b`), '$1');

const maximumIds = 10_000;
const ids = new LRUCache<string, string>({ max: maximumIds });
let lastId = 0;

/** The same for the same text, whichever client's operation it belongs to. */
function idOf(text: string): string {
  const id = ids.get(text) ?? String(++lastId);
  ids.set(text, id);
  return id;
}

/** Gives the same object for nodes that ask the same subgraph the same thing. */
export function operationCatalogue(): (node: FetchNode) => SubgraphOperation {
  const known = new Map<string, SubgraphOperation>();
  return (node) => {
    const query = anonymousOperation(node);
    const key = JSON.stringify([node.serviceName, query, node.outputRewrites ?? null]);
    const operation: SubgraphOperation = known.get(key) ?? {
      subgraph: node.serviceName,
      opening: `{"query":${JSON.stringify(query)},"variables":{`,
      query,
      id: idOf(`${node.serviceName}\n${query}`),
      variableUsages: node.variableUsages ?? [],
      contextValues: '',
      outputRewrites: node.outputRewrites,
      // The selection of entities is three braces deep: query, _entities, type condition.
      isNested: query.split('{').length > 4,
    };
    known.set(key, operation);
    return operation;
  };
}
