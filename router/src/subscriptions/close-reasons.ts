import { CloseCode } from 'graphql-ws';

/**
 * Why a socket is closed. A client that gets 1001, 1013 or 4403 should connect again, with 4403 by a new token; the others
 * say that the client is at fault.
 */
export const closeReasons = {
  slowConsumer: [1013, 'Too slow: connect again with your position'],
  unavailable: [1013, 'Try again later'],
  tooMany: [1013, 'Too many connections'],
  goingAway: [1001, 'Going away'],
  expired: [CloseCode.Forbidden, 'The access token has expired'],
  revoked: [CloseCode.Forbidden, 'The session has ended'],
  otherViewer: [CloseCode.Forbidden, 'The token is of another session: connect again'],
  defect: [CloseCode.InternalServerError, 'Internal server error'],
  invalidToken: [CloseCode.Unauthorized, 'The access token is not valid'],
  notInitialised: [CloseCode.Unauthorized, 'Send connection_init first'],
  badRequest: [CloseCode.BadRequest, 'Invalid message'],
  badHeaders: [CloseCode.BadRequest, 'A header cannot be passed on'],
  wrongProtocol: [CloseCode.SubprotocolNotAcceptable, 'Speak graphql-transport-ws'],
  initialisationTimeout: [
    CloseCode.ConnectionInitialisationTimeout,
    'Connection initialisation timeout',
  ],
  sameId: [CloseCode.SubscriberAlreadyExists, 'An operation with this id is open'],
  initialisedTwice: [CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type CloseReason = keyof typeof closeReasons;
