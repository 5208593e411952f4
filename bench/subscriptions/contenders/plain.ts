/** A plain graphql-ws server as a process, as its documentation has it: no federation, messages straight from memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { courseOf, readMessages, titleOf, type Message } from '../messages.js';

const schema = buildSchema(`
  type Query { rooms: [ID!]! }
  type Subscription { messageAdded(room: ID!): Message! }
  type Message { seq: Int! text: String! sentAt: Float! course: Course! }
  type Course { id: ID! title: String! }`);

interface Event {
  readonly messageAdded: unknown;
}

const listeners = new Map<string, Set<(event: Event) => void>>();

async function* messagesOf({ room }: { readonly room: string }): AsyncGenerator<Event> {
  const waiting: Event[] = [];
  let wake: () => void = () => undefined;
  const listener = (event: Event) => {
    waiting.push(event);
    wake();
  };
  const others = listeners.get(room) ?? new Set();
  listeners.set(room, others.add(listener));
  try {
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    others.delete(listener);
  }
}

const server = createServer();
useServer(
  { schema, roots: { subscription: { messageAdded: messagesOf } } },
  new WebSocketServer({ server, path: '/graphql' }),
);
const courseOfMessage = ({ room }: Message) => {
  const course = courseOf(room);
  return { ...course, title: titleOf(course) };
};
readMessages((message) => {
  const event = { messageAdded: { ...message, course: courseOfMessage(message) } };
  for (const listener of listeners.get(message.room) ?? []) listener(event);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql\n`);
});
