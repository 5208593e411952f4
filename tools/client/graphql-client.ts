import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AnswerError, ClientError, RefusedError } from './errors.js';
import type { Operation } from './operation.js';

/** Gives the access token of this moment; `undefined` for anonymous. */
export type TokenSource = () => Promise<string | undefined>;

export interface GraphqlClient {
  readonly url: URL;
  readonly token: TokenSource;
  /**
   * Runs one query or mutation. Waits and repeats when told that it asks too often.
   * @throws RefusedError for `userErrors`, ClientError for everything else that is not a whole answer
   */
  request<Data, Variables extends Record<string, unknown>>(
    operation: Operation<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
  /** The same endpoint under another identity. */
  as(token: TokenSource): GraphqlClient;
}

export interface GraphqlClientOptions {
  readonly url: URL;
  readonly token?: TokenSource;
  readonly timeoutMs?: number;
}

const anonymous: TokenSource = async () => undefined;
const defaultTimeoutMs = 30_000;
const patience = 10;

export function graphqlClient(options: GraphqlClientOptions): GraphqlClient {
  const { url, token = anonymous, timeoutMs = defaultTimeoutMs } = options;
  return {
    url,
    token,
    as: (other) => graphqlClient({ url, token: other, timeoutMs }),
    async request<Data, Variables extends Record<string, unknown>>(
      operation: Operation<Data, Variables>,
      variables: Variables,
    ): Promise<Data> {
      const body = JSON.stringify({
        query: operation.text,
        operationName: operation.name,
        variables,
      });
      for (let attempt = 1; ; attempt += 1) {
        const answer = await post(url, body, await token(), timeoutMs);
        const waitSeconds = rateLimited(answer);
        if (waitSeconds === undefined || attempt >= patience) {
          return dataOf(operation.name, answer) as Data;
        }
        // The server said how long; the request was not carried out, so mutations may be sent again too.
        await sleep(Math.min(waitSeconds, 5) * 1000);
      }
    },
  };
}

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});
type Answer = z.output<typeof answerSchema>;

async function post(
  url: URL,
  body: string,
  token: string | undefined,
  timeoutMs: number,
): Promise<Answer> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
  };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  let status: number;
  let text: string;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw unreachable(url, error, timeoutMs);
  }
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    throw new ClientError(
      `${url.href} answered ${status} and no GraphQL. Is it the right address?`,
    );
  }
}

function unreachable(url: URL, error: unknown, timeoutMs: number): ClientError {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new ClientError(`${url.href} gave no answer within ${timeoutMs / 1000} s`);
  }
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const reason = (cause as { code?: string }).code ?? String(cause);
  return new ClientError(
    `Cannot reach ${url.href} (${reason}). Start the platform with \`npm start\`, or choose another with --url or PORT.`,
  );
}

/** How many seconds to wait, when this is why the request was not carried out. */
function rateLimited(answer: Answer): number | undefined {
  const error = answer.errors?.find(({ extensions }) => extensions?.['code'] === 'RATE_LIMITED');
  if (error === undefined || answer.data != null) return undefined;
  const seconds = error.extensions?.['retryAfterSeconds'];
  return typeof seconds === 'number' ? seconds : 1;
}

const payloadSchema = z.object({
  userErrors: z
    .array(
      z.object({
        code: z.string(),
        message: z.string(),
        field: z
          .array(z.string())
          .nullish()
          .transform((field) => field ?? null),
      }),
    )
    .min(1),
});

function dataOf(operationName: string, { data, errors }: Answer): Record<string, unknown> {
  if (errors !== undefined && errors.length > 0) throw answerError(operationName, errors);
  if (data == null) throw new ClientError(`${operationName} was answered without data`);
  for (const payload of Object.values(data)) {
    const refused = payloadSchema.safeParse(payload);
    if (refused.success) throw new RefusedError(operationName, refused.data.userErrors);
  }
  return data;
}

function answerError(operationName: string, errors: NonNullable<Answer['errors']>): AnswerError {
  const codes = errors.map(({ extensions }) => {
    const code = extensions?.['code'];
    return typeof code === 'string' ? code : 'UNKNOWN';
  });
  const reasons = errors.map(({ message, path }, index) => {
    const where = path === undefined ? '' : ` (at ${path.join('.')})`;
    return `${codes[index]}: ${message}${where}`;
  });
  return new AnswerError(`${operationName} failed. ${reasons.join(' ')}`, codes);
}
