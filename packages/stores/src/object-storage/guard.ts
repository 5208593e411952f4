import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

const allowedHeaders = 'authorization, content-type, content-md5, range, x-amz-*';

/**
 * What s3rver lacks, in front of it: unsigned requests are refused (it would serve them), browsers of any
 * origin may use presigned URLs (as MinIO allows by default), and the list of unfinished uploads, which the
 * minio client asks for before every streamed upload, is answered as empty.
 */
export function guard(s3: RequestListener, accessKey: string): RequestListener {
  return (request, response) => {
    const url = URL.canParse(request.url ?? '', 'http://s3')
      ? new URL(request.url ?? '', 'http://s3')
      : undefined;
    if (url === undefined || hasDotSegment(url)) return deny(response, 400, 'InvalidURI');
    allowBrowsers(request, response);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (!isSignedWith(accessKey, request, url)) return deny(response, 403, 'AccessDenied');
    if (request.method === 'GET' && url.searchParams.has('uploads')) {
      return noUploads(response, url.pathname.split('/')[1] ?? '');
    }
    // It would take this for the creation of the bucket.
    if (url.searchParams.has('versioning')) return deny(response, 501, 'NotImplemented');
    s3(request, response);
  };
}

/**
 * Whether s3rver will check a signature of ours. It decides by these same signs, so a request that passes
 * here cannot count as unsigned there.
 */
function isSignedWith(accessKey: string, request: IncomingMessage, url: URL): boolean {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    return (
      authorization.startsWith('AWS4-HMAC-SHA256 ') &&
      authorization.includes(`Credential=${accessKey}/`)
    );
  }
  return (
    url.searchParams.has('X-Amz-Algorithm') &&
    (url.searchParams.get('X-Amz-Credential') ?? '').startsWith(`${accessKey}/`)
  );
}

function hasDotSegment(url: URL): boolean {
  try {
    return decodeURIComponent(url.pathname)
      .split(/[/\\]/)
      .some((segment) => segment === '..' || segment === '.');
  } catch {
    return true;
  }
}

function allowBrowsers(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'etag, content-length, content-range');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, HEAD, PUT, POST, DELETE');
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ?? allowedHeaders,
  );
  response.setHeader('access-control-max-age', '3600');
}

function deny(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

function noUploads(response: ServerResponse, bucket: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>${escapeXml(bucket)}</Bucket><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
  );
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
