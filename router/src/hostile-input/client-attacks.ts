import type { ExactRequest } from '../test-support/exact-request.js';

export interface ClientAttack extends ExactRequest {
  readonly status: number;
  /** Of the first error; `undefined` where there is none, or no JSON. */
  readonly code?: string | undefined;
}

const type = 'application/json';
const headers = { 'content-type': type, accept: 'application/graphql-response+json' };
const post = (body: unknown): ExactRequest => ({
  headers,
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});
const query = (text: string, variables?: unknown) => post({ query: text, variables });
const times = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index)).join(' ');
const tooLarge = { status: 400, code: 'OPERATION_TOO_LARGE' };
const tooDeep = { status: 400, code: 'OPERATION_TOO_DEEP' };
const notValid = { status: 400, code: 'GRAPHQL_VALIDATION_FAILED' };
const noSyntax = { status: 400, code: 'GRAPHQL_PARSE_FAILED' };
const badInput = { status: 400, code: 'BAD_USER_INPUT' };
const noToken = { status: 401, code: 'UNAUTHENTICATED' };
const fine = { status: 200 };

const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: 'pcc-lms', sub: 'ada', sid: 's', role: 'admin', exp: 4_000_000_000 };
const withToken = (token: string): ExactRequest => ({
  ...query('{ me { id } }'),
  headers: { ...headers, authorization: `Bearer ${token}` },
});

/** Twenty-six spreads of twenty-six fragments: 2^26 fields. */
const bomb = times(26, (at) =>
  at === 25
    ? 'fragment F25 on Person { id }'
    : `fragment F${at} on Person { a: friend { ...F${at + 1} } b: friend { ...F${at + 1} } }`,
);

/** What a client may send, and what it gets. */
export const clientAttacks: Readonly<Record<string, ClientAttack>> = {
  'a query of 60 levels': {
    ...query(`{ me ${'{ friend '.repeat(60)}{ id }${' }'.repeat(60)} }`),
    ...tooDeep,
  },
  'a query of 3,000 levels': {
    ...query(`{ me ${'{ friend '.repeat(3_000)}{ id }${' }'.repeat(3_000)} }`),
    ...tooDeep,
  },
  'a million braces': { ...query('{ me '.repeat(190_000)), ...tooLarge },
  '400,000 brackets in an argument': {
    ...query(`{ echo(json: ${'['.repeat(400_000)}`),
    ...tooDeep,
  },
  '4,000 brackets in an argument': {
    ...query(`{ echo(json: ${'['.repeat(4_000)}${']'.repeat(4_000)}) }`),
    ...tooDeep,
  },
  'a megabyte of aliases': {
    ...query(`{ ${times(45_000, (at) => `a${at}: me { id }`)} }`),
    ...tooLarge,
  },
  '1,000 aliases': { ...query(`{ me { ${times(1_000, (at) => `a${at}: id`)} } }`), ...tooLarge },
  '1,000 mutations in one': {
    ...query(`mutation { ${times(1_000, (at) => `a${at}: guess(password: "${at}")`)} }`),
    ...tooLarge,
  },
  '5,000 fields of one name': { ...query(`{ me { ${'id '.repeat(5_000)}} }`), ...notValid },
  '1,000 different operations': {
    ...query(times(1_000, (at) => `query Q${at} { me { id } }`)),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  'fragments in a circle': {
    ...query('{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }'),
    ...notValid,
  },
  'a fragment that spreads itself': {
    ...query('{ me { ...A } } fragment A on Person { friend { ...A } }'),
    ...notValid,
  },
  'fragments that double 26 times': {
    ...query(`{ me { ...F0 } } ${bomb}`),
    ...tooDeep,
  },
  'fragments that treble 14 times, flat': {
    ...query(
      `{ me { ...F0 } } ${times(15, (at) => `fragment F${at} on Person { ${at === 14 ? 'id' : `...F${at + 1} `.repeat(3)} }`)}`,
    ),
    ...tooLarge,
  },
  '300 directives': {
    ...query(`{ me { ${times(300, () => 'id @include(if: true)')} } }`),
    ...tooLarge,
  },
  '1,000 directives that nobody knows': {
    ...query(`{ me { id ${'@no '.repeat(1_000)}} }`),
    ...notValid,
  },
  'fields that conflict in 90 ways': {
    ...query(
      `{ me { ${times(90, (at) => `x: friend { id } x: ${at % 2 ? 'id' : 'friend'} { id }`)} } }`,
    ),
    ...notValid,
  },
  'introspection that goes in circles': {
    ...query('{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }'),
    ...notValid,
  },
  'a variable of 900 kB that nobody declared': {
    ...query('{ me { id } }', { x: 'y'.repeat(900_000) }),
    ...fine,
  },
  'a variable of 900 kB': {
    ...query('query Q($t: String) { echo(text: $t) }', { t: 'y'.repeat(900_000) }),
    ...fine,
  },
  'a variable that nests 200,000 times': {
    ...post(
      `{"query":"query Q($t: String) { echo(text: $t) }","variables":{"t":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    ),
    ...badInput,
  },
  'a free variable that nests 200,000 times': {
    ...post(
      `{"query":"query Q($j: Json) { echo(json: $j) }","variables":{"j":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    ),
    ...badInput,
  },
  '100,000 keys in variables': {
    ...post(
      `{"query":"{ me { id } }","variables":{${Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`).join()}}}`,
    ),
    ...fine,
  },
  '__proto__ in variables': {
    ...post(
      '{"query":"query Q($j: Json) { echo(json: $j) }","variables":{"__proto__":{"polluted":1},"j":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}}',
    ),
    ...fine,
  },
  '__proto__ as a body': { ...post('{"__proto__":{"query":"{ me { id } }"}}'), ...badInput },
  '__proto__ as a name': {
    ...query('query __proto__ { __proto__: me { constructor: id } }'),
    ...fine,
  },
  'bytes that are no UTF-8': {
    ...post(
      Buffer.concat([
        Buffer.from('{"query":"{ me { id } }'),
        Buffer.from([0xc3, 0x28, 0x22, 0x7d]),
      ]),
    ),
    ...badInput,
  },
  'a zero byte in a query': { ...query('{ me \u0000 { id } }'), ...noSyntax },
  'half a surrogate pair': { ...query('{ echo(text: "\\ud800") }'), ...noSyntax },
  'a body of 2 MB': { ...post('x'.repeat(2_000_000)), status: 413, code: 'PAYLOAD_TOO_LARGE' },
  'a batch of 10,000': {
    ...post(Array.from({ length: 10_000 }, () => ({ query: '{ me { id } }' }))),
    ...badInput,
  },
  'a form of another site': {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'query={me{id}}',
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  'JSON that calls itself plain text': {
    headers: { 'content-type': 'text/plain' },
    body: '{"query":"mutation { guess(password: \\"x\\") }"}',
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  'a mutation by GET': {
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent('mutation { guess(password: "x") }')}`,
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
  },
  'an unsigned token': {
    ...withToken(`${segment({ alg: 'none' })}.${segment(claims)}.`),
    ...noToken,
  },
  'a token signed by nobody': {
    ...withToken(`${segment({ alg: 'EdDSA', kid: 'test' })}.${segment(claims)}.${'A'.repeat(86)}`),
    ...noToken,
  },
  'a token with an algorithm of its own choice': {
    ...withToken(`${segment({ alg: 'HS256', kid: 'test' })}.${segment(claims)}.${'A'.repeat(43)}`),
    ...noToken,
  },
  'a token that brings its own key': {
    ...withToken(
      `${segment({ alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }, jku: 'http://127.0.0.1:1/' })}.${segment(claims)}.${'A'.repeat(86)}`,
    ),
    ...noToken,
  },
  'another kind of authorization': {
    ...query('{ me { id } }'),
    headers: { ...headers, authorization: 'Basic YWRhOmFkYQ==' },
    ...noToken,
  },
  'a header that says who one is': {
    ...query('{ me { id } }'),
    headers: { ...headers, 'x-pcc-viewer': segment(claims), 'x-forwarded-user': 'ada' },
    ...fine,
  },
  // What is longer is cut off while it is being sent, and the answer may be lost with the line.
  'a header of 20 kB': {
    ...query('{ me { id } }'),
    headers: { ...headers, 'x-large': 'y'.repeat(20_000) },
    status: 431,
  },
  'an address of 20 kB': {
    method: 'GET',
    path: `/graphql?query=${'x'.repeat(20_000)}`,
    status: 431,
  },
  'a path out of the folder': {
    method: 'GET',
    path: '/../../etc/passwd',
    status: 404,
    code: 'NOT_FOUND',
  },
  'a path out of the playground': {
    method: 'GET',
    path: '/playground/..%2f..%2fpackage.json',
    status: 404,
    code: 'NOT_FOUND',
  },
  'an internal address': {
    ...post('{}'),
    path: '/internal/subscriptions/open',
    status: 404,
    code: 'NOT_FOUND',
  },
  'a persisted query under another hash': {
    ...post({
      query: '{ me { id } }',
      extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } },
    }),
    ...badInput,
  },
  'a version of the prototype': {
    ...post({ query: '{ me { id } }', operationName: 'constructor' }),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
};
