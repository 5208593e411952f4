import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { AppError, headerOf, parseJsonObject, readBody } from '@pcc/platform';
import { isObject, isTooDeep, type JsonObject } from '../execution/json.js';
import type { GraphQLRequest } from '../pipeline.js';

/**
 * Reads a GraphQL request by GET or POST as GraphQL-over-HTTP says.
 * @throws AppError BAD_USER_INPUT, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE or METHOD_NOT_ALLOWED
 */
export async function readGraphQLRequest(
  request: IncomingMessage,
  url: URL,
  maxBodyBytes: number,
): Promise<GraphQLRequest> {
  const { method } = request;
  if (method === 'GET' || method === 'HEAD') return fromQueryString(url);
  if (method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED');
  checkContentType(headerOf(request, 'content-type'));
  const body = await readBody(request, maxBodyBytes);
  // Decoding would put a question mark in the place of what is wrong, and nobody would notice.
  if (!isUtf8(body)) throw new AppError('BAD_USER_INPUT', 'The body is not valid UTF-8.');
  return fromParameters(parseJsonObject(body));
}

function checkContentType(contentType: string | undefined): void {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type?.trim() !== 'application/json' || !isUtf8) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
}

const parameterNames = ['query', 'operationName', 'documentId', 'variables', 'extensions'];

function fromQueryString({ search, searchParams: parameters }: URL): GraphQLRequest {
  if (!isDecodable(search)) {
    throw new AppError('BAD_USER_INPUT', 'The query string is not valid percent-encoded UTF-8.');
  }
  // Which of two counts would be anyone's guess: a proxy's, a log's and ours might differ.
  const repeated = parameterNames.find((name) => parameters.getAll(name).length > 1);
  if (repeated !== undefined) {
    throw new AppError('BAD_USER_INPUT', `"${repeated}" is given more than once.`);
  }
  const jsonParameter = (name: string): unknown => {
    const text = parameters.get(name);
    if (text === null || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw new AppError('BAD_USER_INPUT', `"${name}" is not valid JSON.`);
    }
  };
  return fromParameters({
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName') || undefined,
    documentId: parameters.get('documentId') || undefined,
    variables: jsonParameter('variables'),
    extensions: jsonParameter('extensions'),
  });
}

function isDecodable(search: string): boolean {
  try {
    decodeURIComponent(search);
    return true;
  } catch {
    return false;
  }
}

/** Checks the parameters of a request, from whatever transport. @throws AppError BAD_USER_INPUT */
export function fromParameters(parameters: JsonObject): GraphQLRequest {
  const extensions = optionalObject(parameters, 'extensions');
  const persisted = extensions['persistedQuery'];
  const documentId = optionalString(parameters, 'documentId');
  return {
    query: optionalString(parameters, 'query'),
    operationName: optionalString(parameters, 'operationName') || undefined,
    variables: optionalObject(parameters, 'variables'),
    persistedQuery:
      documentId !== undefined
        ? { version: 1, sha256Hash: documentId.replace(/^sha256:/, '') }
        : isObject(persisted)
          ? { version: persisted['version'], sha256Hash: persisted['sha256Hash'] }
          : undefined,
  };
}

function optionalString(parameters: JsonObject, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new AppError('BAD_USER_INPUT', `"${name}" must be a string.`);
}

function optionalObject(parameters: JsonObject, name: string): JsonObject {
  const value = parameters[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new AppError('BAD_USER_INPUT', `"${name}" must be a JSON object.`);
  if (isTooDeep(value)) throw new AppError('BAD_USER_INPUT', `"${name}" nests too deep.`);
  return value;
}
