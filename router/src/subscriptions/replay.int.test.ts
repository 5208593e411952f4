import { describe } from 'vitest';
import { replayContract } from './replay.contract.js';

describe('replay in one process', () => {
  replayContract(undefined, { sockets: 60, messages: 300, patienceMs: 30_000 });
});
