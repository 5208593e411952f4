import { parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Ready } from '../pipeline.js';
import type { Connection } from './connections.js';
import { streamKey } from './stream-key.js';

const connection = (sessionId = 's1', language = 'en') =>
  ({
    forwarded: { headers: {}, text: `accept-language: ${language}` },
    admitted: { identity: { viewer: { id: 'u1', role: 'student', sessionId } } },
  }) as Connection;

const ready = (text: string, variables: Record<string, unknown>, supergraph = 'one') =>
  ({
    supergraph: { id: supergraph },
    prepared: {
      normalisedText: text,
      operation: parse(text).definitions[0] as OperationDefinitionNode,
    },
    variables,
  }) as unknown as Ready;

const query =
  'subscription ($after: Int, $afterAll: Int) { added(after: $after, b: $afterAll) { id } }';
const key = (variables: Record<string, unknown>, text = query, at = connection(), graph = 'one') =>
  streamKey(at, ready(text, variables, graph), 'after');

describe('what identical subscriptions have in common', () => {
  it('is all but the position', () => {
    expect(key({ after: 1 })).toBe(key({ after: 2 }));
    expect(key({ after: 1 })).toBe(key({}));
  });

  it.each([
    ['another variable', key({ after: 1, afterAll: 2 })],
    ['another session', key({ after: 1 }, query, connection('s2'))],
    ['another header', key({ after: 1 }, query, connection('s1', 'es'))],
    ['another supergraph', key({ after: 1 }, query, connection(), 'two')],
    ['a literal position', key({}, query.replace('after: $after', 'after: 1'))],
  ])('is not %s', (_name, other) => {
    expect(other).not.toBe(key({ after: 1 }));
  });

  it('is not a position that something else depends on too', () => {
    const twice =
      'subscription ($after: Int) { added(after: $after) { list(first: $after) { id } } }';
    expect(key({ after: 1 }, twice)).not.toBe(key({ after: 2 }, twice));
  });

  it('is all of it, when the owner has named no such argument', () => {
    const plain = (after: number) => streamKey(connection(), ready(query, { after }));
    expect(plain(1)).not.toBe(plain(2));
  });
});
