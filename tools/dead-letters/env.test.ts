import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDirectory } from '@pcc/testkit';
import { expect, it } from 'vitest';
import { findTargets } from './env.js';

const secret = 'a-secret-of-more-than-32-characters!';

it('finds processes of their own by the variables that the router has', async () => {
  const SUBGRAPHS = 'learning=http://a:4001/graphql?x=1, content=http://b:4003/graphql';
  const targets = await findTargets({ SUBGRAPHS, VIEWER_SIGNING_SECRETS: secret });
  expect(targets).toEqual({
    subgraphs: { learning: 'http://a:4001/graphql?x=1', content: 'http://b:4003/graphql' },
    secrets: [secret],
    found: 'the processes that SUBGRAPHS names',
  });
  await expect(findTargets({ SUBGRAPHS })).rejects.toThrow('VIEWER_SIGNING_SECRETS is not set');
  await expect(findTargets({ SUBGRAPHS: 'learning' })).rejects.toThrow('must look like');
});

it('finds the platform that runs on the data folder, or says that none does', async () => {
  const directory = await testDirectory();
  const source = { DATA_DIR: directory.path };
  await expect(findTargets(source)).rejects.toThrow(`No platform runs on ${directory.path}.`);
  const subgraphs = { learning: 'http://127.0.0.1:4001/graphql' };
  const file = JSON.stringify({ subgraphs, viewerSecret: secret });
  await writeFile(join(directory.path, 'operator.json'), file);
  expect(await findTargets(source)).toEqual({
    subgraphs,
    secrets: [secret],
    found: `the platform that runs on ${directory.path}`,
  });
  await directory.close();
});
