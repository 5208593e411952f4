import { errorMessage, type Closable } from '@pcc/platform';
import { maxAgeOf } from '../cache/cache-control.js';
import { parseErrors, SubgraphFailure, type SubgraphError } from './errors.js';
import type { RequestScope } from './execution.js';
import { isObject, type JsonObject } from './json.js';
import { subgraphHttp, type HttpAnswer, type SubgraphHttpOptions } from './subgraph-http.js';

/** A subgraph's answer to a GraphQL operation. */
export interface SubgraphAnswer {
  readonly data: JsonObject | null;
  readonly errors: readonly SubgraphError[];
  /** Seconds for which anyone may keep it; 0 unless the subgraph said so. */
  readonly maxAge: number;
}

export interface SubgraphClient extends Closable {
  /** @throws SubgraphFailure */
  query(
    subgraph: string,
    body: { readonly query: string; readonly variables: JsonObject },
    scope: RequestScope,
    options: { readonly mayRepeat: boolean },
  ): Promise<SubgraphAnswer>;
  /** Calls an internal endpoint, such as `/internal/subscriptions/open`. @throws SubgraphFailure */
  call(subgraph: string, path: string, body: unknown, scope: RequestScope): Promise<JsonObject>;
  /** Resolves when the subgraph says that it is ready. */
  ping(subgraph: string): Promise<void>;
}

export interface SubgraphClientOptions extends SubgraphHttpOptions {
  /** The GraphQL endpoint of a subgraph now; it may change with the supergraph. */
  readonly urlOf: (subgraph: string) => string | undefined;
}

/** Talks GraphQL to subgraphs. */
export function subgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const http = subgraphHttp(options);

  const urlOf = (subgraph: string): URL => {
    const url = options.urlOf(subgraph);
    if (url === undefined || !URL.canParse(url)) {
      throw new SubgraphFailure(subgraph, `no URL is known for "${subgraph}"`);
    }
    return new URL(url);
  };

  const send = async (
    subgraph: string,
    url: URL,
    body: unknown,
    { headers }: RequestScope,
    mayRepeat: boolean,
  ): Promise<HttpAnswer> => {
    const answer = await http
      .post(subgraph, url, JSON.stringify(body), headers, mayRepeat)
      .catch((error: unknown) => {
        throw new SubgraphFailure(subgraph, errorMessage(error) || 'no answer', { cause: error });
      });
    // The subgraph refused our signature: a fault of the installation, not of the client's session.
    if (answer.status === 401 || answer.status === 403) {
      throw new SubgraphFailure(subgraph, `it refused the router's signature (${answer.status})`);
    }
    return answer;
  };

  return {
    async query(subgraph, body, scope, { mayRepeat }) {
      const answer = await send(subgraph, urlOf(subgraph), body, scope, mayRepeat);
      const data = answer.body['data'];
      const errors = parseErrors(answer.body['errors']);
      if (!isObject(data) && errors.length === 0) {
        throw new SubgraphFailure(subgraph, `no GraphQL answer (status ${answer.status})`);
      }
      const maxAge = errors.length === 0 ? maxAgeOf(answer.cacheControl) : 0;
      return { data: isObject(data) ? data : null, errors, maxAge };
    },
    async call(subgraph, path, body, scope) {
      // Opening, replaying and resolving change nothing, so they may be repeated.
      return (await send(subgraph, new URL(path, urlOf(subgraph)), body, scope, true)).body;
    },
    async ping(subgraph) {
      const { status, body } = await http.get(new URL('/ready', urlOf(subgraph)));
      if (status !== 200)
        throw new Error(`not ready (${status}): ${failedChecks(body).join(', ')}`);
    },
    close: () => http.close(),
  };
}

/** The stores that a subgraph's `/ready` names as down. */
function failedChecks(body: JsonObject): string[] {
  const checks = isObject(body['checks']) ? Object.entries(body['checks']) : [];
  return checks
    .filter(([, state]) => isObject(state) && state['ok'] !== true)
    .map(([name]) => name);
}
