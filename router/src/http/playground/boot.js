/**
 * Starts GraphiQL in the playground's page. Queries and mutations go by HTTP; subscriptions by graphql-ws
 * with the `Authorization` of the headers editor, which GraphiQL's own fetcher would not send.
 */
const { YogaGraphiQL, graphqlWs, document, location, fetch } = globalThis;

const workers = {
  editorWorkerService: '/playground/editor.worker.js',
  json: '/playground/json.worker.js',
  graphql: '/playground/graphql.worker.js',
};
globalThis.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_id, label) => workers[label] };

const endpoint = new URL('/graphql', location.href);
const socketEndpoint = new URL(endpoint);
socketEndpoint.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

/** One socket for each identity that the headers editor names. */
const sockets = new Map();
function socketFor(headers) {
  const authorization = headers.Authorization ?? headers.authorization ?? '';
  const known = sockets.get(authorization);
  if (known !== undefined) return known;
  const client = graphqlWs.createClient({
    url: String(socketEndpoint),
    connectionParams: authorization === '' ? {} : { Authorization: authorization },
    retryAttempts: 10,
  });
  sockets.set(authorization, client);
  return client;
}

function isSubscription(document, operationName) {
  const operations = (document?.definitions ?? []).filter(
    ({ kind }) => kind === 'OperationDefinition',
  );
  const chosen = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return chosen?.operation === 'subscription';
}

async function fetcher(parameters, { headers = {}, documentAST } = {}) {
  if (isSubscription(documentAST, parameters.operationName)) {
    return socketFor(headers).iterate(parameters);
  }
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(parameters),
  });
  return response.json();
}

const options = JSON.parse(document.getElementById('options').textContent);
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), { ...options, fetcher });
