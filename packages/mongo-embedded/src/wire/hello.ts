import { ObjectId } from 'bson';
import type { Document } from '../bson/types.js';
import { sessionTimeoutMinutes } from '../sessions.js';
import { maxMessageBytes } from './message.js';

/** MongoDB 7.0's protocol version. */
const maxWireVersion = 21;

export const helloNames: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster']);

/** The handshake: a replica set of one, so drivers turn on sessions, retries and transactions. */
export function helloReply(
  address: string,
  replicaSet: string,
  connectionId: number,
  legacy: boolean,
): Document {
  return {
    helloOk: true,
    ...(legacy ? { ismaster: true } : { isWritablePrimary: true }),
    setName: replicaSet,
    setVersion: 1,
    hosts: [address],
    primary: address,
    me: address,
    secondary: false,
    electionId: new ObjectId('7fffffff0000000000000001'),
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: maxMessageBytes,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: sessionTimeoutMinutes,
    connectionId,
    minWireVersion: 0,
    maxWireVersion,
    readOnly: false,
    ok: 1,
  };
}
