import { describe } from 'vitest';
import { replayContract } from './replay.contract.js';

describe('a reconnect storm', () => {
  replayContract(undefined, { sockets: 1_000, messages: 1_000, patienceMs: 600_000 });
});
