import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { clientSocket } from './client-socket.js';

/** A client that reads when the test says so. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly events: string[] = [];
  #flushed: (() => void)[] = [];

  send(text: string, flushed: () => void) {
    this.sent.push(text);
    this.bufferedAmount += text.length;
    this.#flushed.push(flushed);
  }
  ping() {
    this.events.push('ping');
    this.bufferedAmount += 2;
  }
  close(code: number) {
    this.readyState = 2;
    this.events.push(`close ${code}`);
  }
  terminate() {
    this.events.push('terminate');
  }
  /** The client reads all that was sent. */
  read() {
    this.bufferedAmount = 0;
    for (const flushed of this.#flushed.splice(0)) flushed();
  }
}

const big = 'x'.repeat(70_000);

function open(maxBufferedBytes = 150_000) {
  const fake = new FakeSocket();
  const socket = clientSocket(fake as unknown as WebSocket, {
    maxBufferedBytes,
    keepAliveMs: 1_000,
  });
  return { fake, socket };
}

describe('a client’s socket', () => {
  it('sends at once while the client reads', () => {
    const { fake, socket } = open();
    expect([socket.send('a'), socket.send('b')]).toEqual([undefined, undefined]);
    expect(fake.sent).toEqual(['a', 'b']);
  });

  it('keeps the order of what waits, and hands it over as the client reads', async () => {
    const { fake, socket } = open();
    void socket.send(big);
    const waiting = ['b', big, 'd'].map((text) => socket.send(text));
    expect(fake.sent).toEqual([big]);
    fake.read();
    for (const sent of waiting.slice(0, 2)) await sent;
    // The second big one fills it again.
    expect(fake.sent).toEqual([big, 'b', big]);
    fake.read();
    await waiting[2];
    expect(fake.sent).toEqual([big, 'b', big, 'd']);
  });

  it('is dropped when more waits than is allowed, and then nobody waits any more', async () => {
    const { fake, socket } = open();
    const waiting = [1, 2, 3, 4, 5, 6].map(() => socket.send(big));
    for (const sent of waiting) await sent;
    expect(fake.events).toEqual(['close 1013']);
    expect(fake.sent.length).toBe(1);
    expect(socket.isOpen).toBe(false);
  });

  it('may send one answer that is larger than all that is allowed', () => {
    const { fake, socket } = open(1_000);
    expect(socket.send(big)).toBeUndefined();
    expect(socket.send(big)).toBeInstanceOf(Promise);
    expect(fake.events).toEqual([]);
  });

  it('lets nobody wait when it has closed', async () => {
    const { fake, socket } = open();
    void socket.send(big);
    const waiting = socket.send('b');
    fake.readyState = 3;
    fake.emit('close');
    await waiting;
    expect(fake.sent).toEqual([big]);
  });

  it('is asked whether it is there, and given up when it does not answer', () => {
    const { fake, socket } = open();
    let now = Date.now() + 1_000;
    for (let beat = 0; beat < 5; beat++) {
      socket.beat((now += 1_000));
      fake.read();
      fake.emit('pong');
    }
    expect(fake.events).toEqual(['ping', 'ping', 'ping', 'ping', 'ping']);
    socket.beat((now += 1_000));
    fake.read();
    socket.beat((now += 1_000));
    expect(fake.events.slice(5)).toEqual(['ping', 'terminate']);
  });

  it('is told why when it is there but does not read, and ended when it hears nothing', () => {
    const { fake, socket } = open();
    void socket.send(big);
    const now = Date.now();
    socket.beat(now + 1_000);
    socket.beat(now + 2_000);
    expect(fake.events).toEqual(['ping', 'close 1013']);
    socket.beat(now + 60_000);
    expect(fake.events).toEqual(['ping', 'close 1013', 'terminate']);
  });
});
