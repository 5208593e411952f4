import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes, startTestContent, type TestContent } from '../../test-support.js';

const query = `query ($first: Int, $after: String, $action: String) {
  systemEvents(first: $first, after: $after, action: $action) {
    nodes { id action actor { id } subjectType subjectId details occurredAt }
    pageInfo { hasNextPage endCursor } totalCount } }`;

interface Trail {
  systemEvents: {
    nodes: { id: string; action: string; subjectId: string; details: unknown }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
    totalCount: number;
  };
}

let content: TestContent;
beforeAll(async () => {
  content = await startTestContent();
});
afterAll(() => content.close());

const read = async (variables: Record<string, unknown>) => {
  const answer = await content.client
    .as({ id: newId(), role: 'admin' })
    .query<Trail>(query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data.systemEvents;
};

describe('system events', () => {
  it('record domain events of note once, with their own id', async () => {
    const orderId = newId();
    const event = await content.tell('order.refunded', {
      orderId,
      userId: newId(),
      refundId: newId(),
      amountMinor: '500',
      currency: 'EUR',
      lines: [],
      reason: 'duplicate',
    });
    await content.bus.publish(event);
    const { nodes, totalCount } = await read({ action: 'order.refunded' });
    expect(totalCount).toBe(1);
    expect(nodes[0]).toMatchObject({
      id: event.eventId,
      subjectType: 'order',
      subjectId: orderId,
      details: { amountMinor: '500', currency: 'EUR' },
    });
  });

  it('tell a change of role from other changes of a person', async () => {
    const userId = newId();
    const profile = { userId, language: 'en', timeZone: 'UTC' };
    await content.tell('user.registered', { userId, role: 'student', language: 'en' });
    await content.tell('user.changed', { ...profile, role: 'student' }, 2);
    const actorId = newId();
    await content.tell('user.changed', { ...profile, role: 'instructor', actorId }, 3);
    const { nodes } = await read({ action: 'user.role_changed' });
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({
      actor: { id: actorId },
      subjectId: userId,
      details: { from: 'student', to: 'instructor' },
    });
  });

  it('tell of accounts that begin with a role, and of no others', async () => {
    const [operator, student] = [newId(), newId()];
    await content.tell('user.registered', { userId: student, role: 'student', language: 'en' });
    await content.tell('user.registered', { userId: operator, role: 'admin', language: 'en' });
    const { nodes } = await read({ action: 'user.registered' });
    expect(nodes).toMatchObject([
      { actor: null, subjectType: 'user', subjectId: operator, details: { role: 'admin' } },
    ]);
  });

  it('name the admin who suspends, reinstates, or acts as somebody', async () => {
    const [userId, actorId, sessionId] = [newId(), newId(), newId()];
    await content.tell('user.suspended', { userId, actorId });
    await content.tell('user.reinstated', { userId, actorId });
    await content.tell('impersonation.started', { userId, actorId, sessionId, reason: 'T-17' });
    for (const [action, details] of [
      ['user.suspended', {}],
      ['user.reinstated', {}],
      ['impersonation.started', { sessionId, reason: 'T-17' }],
    ] as const) {
      const { nodes } = await read({ action });
      expect(nodes).toMatchObject([
        { actor: { id: actorId }, subjectType: 'user', subjectId: userId, details },
      ]);
    }
  });

  it('come newest first, in pages', async () => {
    for (let index = 0; index < 3; index++) {
      await content.tell('session.started', { userId: newId(), sessionId: `s${index}` });
    }
    const first = await read({ first: 2, action: 'session.started' });
    expect(first.nodes.map(({ subjectId }) => subjectId)).toEqual(['s2', 's1']);
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const { endCursor } = first.pageInfo;
    const second = await read({ first: 2, after: endCursor, action: 'session.started' });
    expect(second.nodes.map(({ subjectId }) => subjectId)).toEqual(['s0']);
  });

  it('are for admins only', async () => {
    for (const role of ['student', 'instructor'] as const) {
      const answer = await content.client.as({ id: newId(), role }).query(query);
      expect(errorCodes(answer)).toEqual(['FORBIDDEN']);
    }
    expect(errorCodes(await content.client.anonymous.query(query))).toEqual(['UNAUTHENTICATED']);
  });
});
