import { testDirectory } from '@pcc/testkit';
import { expect, it } from 'vitest';
import { surviveKills } from './testing/kills/rounds.js';

it.each([1, 2, 3])('survives 10 kills in the middle of mixed writes, seed %i', async (seed) => {
  const directory = await testDirectory();
  try {
    const acknowledged = await surviveKills({ directory: directory.path, kills: 10, seed });
    expect(acknowledged).toBeGreaterThan(200);
  } finally {
    await directory.close();
  }
});
