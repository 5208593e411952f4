import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface ExactRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface ExactResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `fetch` adds headers of its own; this sends exactly what it is told. */
export const sendExactly = (
  url: string,
  { method = 'POST', path = '/graphql', headers = {}, body = '' }: ExactRequest,
): Promise<ExactResponse> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
