import { describe, expect, it } from 'vitest';
import { closeStack } from './lifecycle.js';
import { silentLogger } from './logger.js';

describe('closeStack', () => {
  it('closes in reverse order, past a failure, and only once', async () => {
    const closed: string[] = [];
    const stack = closeStack(silentLogger);
    stack.defer('store', () => void closed.push('store'));
    stack.defer('broken', () => {
      closed.push('broken');
      throw new Error('stuck');
    });
    stack.use('server', { close: async () => void closed.push('server') });
    await Promise.all([stack.close(), stack.close()]);
    expect(closed).toEqual(['server', 'broken', 'store']);
  });
});
