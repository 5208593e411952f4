import { stormMessages } from '@pcc/testkit';
import { describe } from 'vitest';
import { replayContract } from './replay.contract.js';

/** Each message is a thousand deliveries: on two cores some 13,000 of them a second, senders and receivers in one thread. */
const patiencePerMessageMs = 600;

describe('a reconnect storm', () => {
  const messages = stormMessages();
  replayContract(undefined, {
    sockets: 1_000,
    messages,
    patienceMs: patiencePerMessageMs * messages,
  });
});
