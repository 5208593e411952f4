import {
  graphClient,
  httpMailbox,
  registerStudent,
  startPlatformProcess,
  testDirectory,
} from '@pcc/testkit';
import { describe, expect, it } from 'vitest';

const account = { email: 'a@example.test', password: 'correct horse battery' };

describe('npm start', () => {
  it('starts again after kill -9, with everything that it had acknowledged', async () => {
    const directory = await testDirectory();
    const start = () =>
      startPlatformProcess({ dataDirectory: directory.path, env: { DEMO_DATA: 'false' } });
    const first = await start();
    const mailbox = httpMailbox(first.mailboxUrl);
    await registerStudent(graphClient(first.url), mailbox, { ...account, displayName: 'A' });
    // No exit code: the signal killed it.
    expect(await first.stop('SIGKILL')).toBeNull();
    const second = await start();
    const person = await graphClient(second.url).signIn(account);
    expect(await person.run('{ me { displayName } }')).toEqual({ me: { displayName: 'A' } });
    await second.close();
    await directory.close();
  });
});
