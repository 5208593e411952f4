import { randomBytes } from 'node:crypto';
import { newId } from './id.js';

export const requestIdHeader = 'x-request-id';
export const traceparentHeader = 'traceparent';

/** Names one request in logs of every process that it passes. */
export interface RequestIdentity {
  readonly requestId: string;
  /** 32 hexadecimal digits of W3C Trace Context. */
  readonly traceId: string;
  /** The header to send on. */
  readonly traceparent: string;
}

/** All zeros are no id (W3C Trace Context, section 3.2.2). */
const traceparentForm = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;
const requestIdForm = /^[\w-]{1,64}$/;

/** Takes over ids that came with the request when they have the right form, and makes new ones otherwise. */
export function requestIdentity(header: (name: string) => string | undefined): RequestIdentity {
  const givenId = header(requestIdHeader);
  const requestId = givenId !== undefined && requestIdForm.test(givenId) ? givenId : newId();
  const random = randomBytes(24).toString('hex');
  const traceId = traceparentForm.exec(header(traceparentHeader) ?? '')?.[1] ?? random.slice(0, 32);
  return { requestId, traceId, traceparent: `00-${traceId}-${random.slice(32)}-01` };
}
