import type { PubSubMessage } from '@pcc/stores';
import type { Opened, ReplayedPage } from './owner.js';

/**
 * What identical subscriptions of one viewer scope have in common: each keeps its own place in the stream, and what they
 * ask for at the same place is asked once.
 */
export interface SharedStream {
  open(call: () => Promise<Opened>): Promise<Opened>;
  /** Joins only what has not yet been sent: a page read earlier might lack what the asker knows to be there. */
  replay(after: number, call: () => Promise<ReplayedPage>): Promise<ReplayedPage>;
  /** The answer to one message: the same object is the same message. A failure is not remembered. */
  answer(message: PubSubMessage, call: () => Promise<string>): Promise<string>;
  /** Every `join` must be followed by one. */
  leave(): void;
}

export interface SharedStreams {
  /** @param key everything that an answer depends on */
  join(key: string): SharedStream;
  readonly size: number;
}

/** Of answers that are kept for those who read more slowly; who is still slower has hers made anew. */
const maximumAnswers = 32;
const maximumAnswerText = 256_000;

export function sharedStreams(): SharedStreams {
  const streams = new Map<string, { readonly shared: Shared; members: number }>();
  return {
    join(key) {
      const stream = streams.get(key) ?? { shared: newShared(), members: 0 };
      streams.set(key, stream);
      stream.members++;
      const { open, replay, answers } = stream.shared;
      return {
        open,
        replay,
        // Alone there is nobody to keep an answer for.
        answer: (message, call) =>
          stream.members === 1 ? call() : answers.take(message, stream.members, call),
        leave() {
          stream.members--;
          if (stream.members === 0) streams.delete(key);
        },
      };
    },
    get size() {
      return streams.size;
    },
  };
}

interface Shared extends Pick<SharedStream, 'open' | 'replay'> {
  readonly answers: AnswerMemory;
}

function newShared(): Shared {
  let opening: Promise<Opened> | undefined;
  const pages = new Map<number, Promise<ReplayedPage>>();
  return {
    open(call) {
      opening ??= call().finally(() => (opening = undefined));
      return opening;
    },
    replay(after, call) {
      const joined = pages.get(after);
      if (joined !== undefined) return joined;
      const page = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        pages.delete(after);
        return call();
      });
      pages.set(after, page);
      return page;
    },
    answers: answerMemory(),
  };
}

interface AnswerMemory {
  /** @param members who will mostly come for the same answer: after so many it is forgotten */
  take(message: PubSubMessage, members: number, call: () => Promise<string>): Promise<string>;
}

interface KeptAnswer {
  readonly text: Promise<string>;
  length: number;
  taken: number;
}

function answerMemory(): AnswerMemory {
  const answers = new Map<PubSubMessage, KeptAnswer>();
  let total = 0;
  const forget = (message: PubSubMessage) => {
    total -= answers.get(message)?.length ?? 0;
    answers.delete(message);
  };
  const makeRoom = () => {
    for (const oldest of answers.keys()) {
      if (answers.size <= maximumAnswers && total <= maximumAnswerText) return;
      forget(oldest);
    }
  };
  const make = (message: PubSubMessage, call: () => Promise<string>): KeptAnswer => {
    const answer: KeptAnswer = { text: call(), length: 0, taken: 0 };
    answers.set(message, answer);
    answer.text.then(
      ({ length }) => {
        if (answers.get(message) !== answer) return;
        answer.length = length;
        total += length;
        makeRoom();
      },
      () => {
        if (answers.get(message) === answer) forget(message);
      },
    );
    return answer;
  };
  return {
    take(message, members, call) {
      const answer = answers.get(message) ?? make(message, call);
      answer.taken++;
      if (answer.taken >= members) forget(message);
      return answer.text;
    },
  };
}
