import { isObject, type JsonObject } from '../execution/json.js';

/**
 * The messages of [graphql-transport-ws](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). Written here
 * because answers come as text: the library would parse each and write it anew for every socket.
 */
export type ClientMessage =
  | { readonly type: 'connection_init'; readonly payload: JsonObject | undefined }
  | { readonly type: 'ping'; readonly payload: JsonObject | undefined }
  | { readonly type: 'pong' }
  | { readonly type: 'subscribe'; readonly id: string; readonly payload: JsonObject }
  | { readonly type: 'complete'; readonly id: string };

const longestId = 256;

/** @returns `undefined` for what the protocol does not know: such a socket is closed */
export function parseClientMessage(text: string): ClientMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(message)) return undefined;
  const { type, id, payload } = message;
  switch (type) {
    case 'connection_init':
    case 'ping':
      if (payload == null) return { type, payload: undefined };
      return isObject(payload) ? { type, payload } : undefined;
    case 'pong':
      return { type };
    case 'subscribe':
      return isId(id) && isObject(payload) ? { type, id, payload } : undefined;
    case 'complete':
      return isId(id) ? { type, id } : undefined;
    default:
      return undefined;
  }
}

/** Ids are kept as long as their operations. */
const isId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id.length <= longestId;

export const acknowledgement = '{"type":"connection_ack"}';

export const pongMessage = (payload: JsonObject | undefined): string =>
  JSON.stringify(payload === undefined ? { type: 'pong' } : { type: 'pong', payload });

/** @param result the answer's JSON text, the same for all who share it */
export const nextMessage = (id: string, result: string): string =>
  `{"id":${JSON.stringify(id)},"type":"next","payload":${result}}`;

export const errorMessageOf = (id: string, errors: readonly unknown[]): string =>
  JSON.stringify({ id, type: 'error', payload: errors });

export const completeMessage = (id: string): string => JSON.stringify({ id, type: 'complete' });
