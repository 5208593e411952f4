import { createInterface } from 'node:readline';

/** What all parts of this benchmark agree on. */

export interface Message {
  readonly room: string;
  /** Counts up by room, without gaps. */
  readonly seq: number;
  readonly text: string;
  /** Milliseconds since 1970, with a fraction. */
  readonly sentAt: number;
}

const text =
  'A message of a lively discussion, about as long as people write them when they have a phone in their hands.';

export const messageOf = (room: string, seq: number, sentAt: number): Message => ({
  room,
  seq,
  text,
  sentAt,
});

export const now = (): number => performance.timeOrigin + performance.now();

export const roomOf = (index: number): string => `room-${index}`;

/** The owner's fields alone, or also one of another subgraph, which the router fetches for every event. */
export const queries = {
  one: 'subscription ($room: ID!) { messageAdded(room: $room) { seq text sentAt } }',
  two: 'subscription ($room: ID!) { messageAdded(room: $room) { seq text sentAt course { title } } }',
} as const;

export type Subgraphs = keyof typeof queries;

export const courseOf = (room: string): { readonly id: string } => ({ id: `of ${room}` });
export const titleOf = ({ id }: { readonly id: string }): string => `Course ${id}`;

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;

export const sdl = {
  chat: `${link}
    type Query { rooms: [ID!]! }
    type Subscription { messageAdded(room: ID!): Message! }
    type Message { seq: Int! text: String! sentAt: Float! course: Course! }
    type Course @key(fields: "id", resolvable: false) { id: ID! }`,
  catalogue: `${link}
    type Query { courses: [Course!]! }
    type Course @key(fields: "id") { id: ID! title: String! }`,
} as const;

/** Calls `on` for each line of standard input: a message (`room seq sentAt`), or `gc`, which is answered. */
export function readMessages(on: (message: Message) => void): void {
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'gc') {
      globalThis.gc?.();
      process.stdout.write('done\n');
      return;
    }
    const [room = '', seq, sentAt] = line.split(' ');
    on(messageOf(room, Number(seq), Number(sentAt)));
  });
}
