import { describe, expect, it, vi } from 'vitest';
import { waitFor } from '@pcc/testkit';
import { message, readyForQuery, simpleQuery } from './protocol.js';
import { type Engine, sharedSession } from './session.js';

/** Understands BEGIN, COMMIT and ROLLBACK; after a Flush it owes the ready message until a Sync. */
function fakeEngine() {
  const log: string[] = [];
  let status: 'I' | 'T' = 'I';
  let broken = false;
  const engine: Engine = {
    async execute(messages, onData) {
      await new Promise((resolve) => setImmediate(resolve));
      const text = nameOf(Buffer.from(messages));
      log.push(text);
      if (text === 'BEGIN') status = 'T';
      if (text === 'COMMIT' || text === 'ROLLBACK') status = 'I';
      onData(Buffer.from(`answer to ${text};`));
      if (text.endsWith('flush') || broken) return;
      for (const byte of readyForQuery(status)) onData(Buffer.from([byte])); // in the smallest pieces
    },
  };
  return { engine, log, break: () => (broken = true) };
}

const nameOf = (messages: Buffer): string =>
  messages[0] === 'S'.charCodeAt(0) ? 'sync' : messages.toString('utf8', 5, messages.length - 1);

function setUp(idleInTransactionMs = 60_000) {
  const fake = fakeEngine();
  const onEngineFailure = vi.fn();
  const session = sharedSession(fake.engine, { idleInTransactionMs, onEngineFailure });
  const client = () => {
    const onEvicted = vi.fn();
    const user = session.join(onEvicted);
    const send = async (text: string) => {
      let answer = '';
      const messages = text === 'sync' ? message('S') : simpleQuery(text);
      const onData = (chunk: Uint8Array) => (answer += Buffer.from(chunk).toString('latin1'));
      await user.submit({ messages, unfinished: text.endsWith('flush'), onData });
      return answer;
    };
    return { send, leave: () => user.leave(), onEvicted };
  };
  return { ...fake, client, onEngineFailure };
}

describe('sharedSession', () => {
  it('gives each client the answers to its own questions', async () => {
    const { client } = setUp();
    const clients = Array.from({ length: 5 }, client);
    const answers = await Promise.all(clients.map(({ send }, n) => send(`question ${n}`)));
    answers.forEach((answer, n) => expect(answer).toContain(`answer to question ${n};`));
  });

  it('lets nobody between the queries of a transaction', async () => {
    const { client, log } = setUp();
    const [one, two] = [client(), client()];
    await one.send('BEGIN');
    const other = two.send('other');
    await one.send('mine');
    await one.send('COMMIT');
    await other;
    expect(log).toEqual(['BEGIN', 'mine', 'COMMIT', 'other']);
  });

  it('lets nobody between a Flush and its Sync', async () => {
    const { client, log } = setUp();
    const [one, two] = [client(), client()];
    await one.send('parse, flush');
    const other = two.send('other');
    await one.send('sync');
    await other;
    expect(log).toEqual(['parse, flush', 'sync', 'other']);
  });

  it('rolls back for a client that leaves, drops what it had queued, and serves the next', async () => {
    const { client, log } = setUp();
    const [one, two] = [client(), client()];
    await one.send('BEGIN');
    const dropped = one.send('dropped');
    const other = two.send('other');
    await one.leave();
    await Promise.all([dropped, other]);

    expect(log.slice(-2)).toEqual(['ROLLBACK', 'other']);
  });

  it('syncs for a client that leaves after a Flush: the engine may be skipping messages', async () => {
    const { client, log } = setUp();
    const [one, two] = [client(), client()];
    await one.send('parse, flush');
    const other = two.send('other');
    await one.leave();
    await other;
    expect(log).toEqual(['parse, flush', 'sync', 'other']);
  });

  it('evicts the owner of a transaction that stands idle, and nobody else', async () => {
    const { client, log } = setUp(20);
    const [one, two] = [client(), client()];
    await two.send('question');
    await one.send('BEGIN');
    await waitFor(() => one.onEvicted.mock.calls.length === 1);
    await one.leave();
    expect(log).toEqual(['question', 'BEGIN', 'ROLLBACK']);
    expect(two.onEvicted).not.toHaveBeenCalled();
  });

  it('reports an engine that gives no complete answer, and asks it nothing more', async () => {
    const { client, log, onEngineFailure, break: breakEngine } = setUp();
    const [one, two] = [client(), client()];
    breakEngine();
    void one.send('question');
    void two.send('never asked');
    await waitFor(() => onEngineFailure.mock.calls.length === 1);
    expect(log).toEqual(['question']);
  });
});
