import { singleFlight } from '../single-flight.js';
import type { Opened, ReplayedPage } from './owner.js';

/**
 * What identical subscriptions of one viewer scope have in common: each keeps its own place in the stream, and what they
 * ask for at the same place is asked once.
 */
export interface SharedStream {
  /** Joins only what has not yet been sent: a page read earlier might lack what the asker knows to be there. */
  replay(after: number, call: () => Promise<ReplayedPage>): Promise<ReplayedPage>;
  /**
   * The answer to one message. A failure is not remembered.
   * @param place the message's `seq`, or the message itself where it has none
   */
  answer(place: Place, call: () => Promise<string>): Promise<string>;
  /** Every `join` must be followed by one. */
  leave(): void;
}

export type Place = number | object;

export interface SharedStreams {
  /** @param key everything that the owner's answer depends on */
  open(key: string, call: () => Promise<Opened>): Promise<Opened>;
  /** @param key everything that an answer to a message depends on */
  join(key: string): SharedStream;
  readonly size: number;
}

/** Of answers that are kept for those who read more slowly; who is still slower has hers made anew. */
const maximumAnswers = 256;
const maximumAnswerText = 256_000;

export function sharedStreams(): SharedStreams {
  const streams = new Map<string, { readonly shared: Shared; members: number }>();
  const openings = singleFlight<Opened>();
  return {
    open: (key, call) => openings.run(key, undefined, call),
    join(key) {
      const stream = streams.get(key) ?? { shared: newShared(), members: 0 };
      streams.set(key, stream);
      stream.members++;
      const { replay, answers } = stream.shared;
      return {
        replay,
        // Alone there is nobody to keep an answer for.
        answer: (place, call) =>
          stream.members === 1 ? call() : answers.take(place, stream.members, call),
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

interface Shared extends Pick<SharedStream, 'replay'> {
  readonly answers: AnswerMemory;
}

function newShared(): Shared {
  const pages = new Map<number, Promise<ReplayedPage>>();
  return {
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
  take(place: Place, members: number, call: () => Promise<string>): Promise<string>;
}

interface KeptAnswer {
  readonly text: Promise<string>;
  length: number;
  taken: number;
}

function answerMemory(): AnswerMemory {
  const answers = new Map<Place, KeptAnswer>();
  let total = 0;
  const forget = (place: Place) => {
    total -= answers.get(place)?.length ?? 0;
    answers.delete(place);
  };
  const makeRoom = () => {
    for (const oldest of answers.keys()) {
      if (answers.size <= maximumAnswers && total <= maximumAnswerText) return;
      forget(oldest);
    }
  };
  const make = (place: Place, call: () => Promise<string>): KeptAnswer => {
    const answer: KeptAnswer = { text: call(), length: 0, taken: 0 };
    answers.set(place, answer);
    answer.text.then(
      ({ length }) => {
        if (answers.get(place) !== answer) return;
        answer.length = length;
        total += length;
        makeRoom();
      },
      () => {
        if (answers.get(place) === answer) forget(place);
      },
    );
    return answer;
  };
  return {
    take(place, members, call) {
      const answer = answers.get(place) ?? make(place, call);
      answer.taken++;
      if (answer.taken >= members) forget(place);
      return answer.text;
    },
  };
}
