import type { IncomingMessage } from 'node:http';
import { AppError, headerOf } from '@pcc/platform';

/** Headers of a client that are allowed through to subgraphs. */
export interface ForwardedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** The same as text: part of the key of everything that is shared between requests. */
  readonly text: string;
}

const maximumCharacters = 1_024;

const none: ForwardedHeaders = { headers: {}, text: '' };

/**
 * Picks the allowed headers out of a request.
 * @param names in lower case
 * @throws AppError BAD_USER_INPUT for a value that is too long or has characters that HTTP does not allow
 */
export function forwardedHeaders(
  request: IncomingMessage,
  names: readonly string[],
): ForwardedHeaders {
  if (names.length === 0) return none;
  const headers: Record<string, string> = {};
  let text = '';
  for (const name of names) {
    const value = headerOf(request, name);
    if (value === undefined) continue;
    if (value.length > maximumCharacters || !/^[\x20-\x7e\t]*$/.test(value)) {
      throw new AppError('BAD_USER_INPUT', `The header "${name}" cannot be passed on.`);
    }
    headers[name] = value;
    text += `${name}: ${value}\n`;
  }
  return { headers, text };
}

const ownedByRouter = /^(x-pcc-.*|x-request-id|traceparent|tracestate)$/;
const ownedByHttp =
  /^(accept|accept-encoding|connection|content-.*|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/;

/** Whether a header may be configured to pass: identity and trace are the router's, framing is HTTP's. */
export const mayForward = (name: string): boolean =>
  /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !ownedByRouter.test(name) && !ownedByHttp.test(name);
