import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { testDirectory, type TestDirectory } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMailbox, mailedToken } from './mailbox.js';

let folder: TestDirectory;
beforeEach(async () => {
  folder = await testDirectory();
});
afterEach(() => folder.close());

describe('findMailbox', () => {
  const write = (content: object) =>
    writeFile(join(folder.path, 'operator.json'), JSON.stringify(content));

  it('knows it from the platform that runs on the data folder', async () => {
    await write({ mailboxUrl: 'http://127.0.0.1:1/mailbox', viewerSecret: 'x' });
    expect(await findMailbox(folder.path)).toBe('http://127.0.0.1:1/mailbox');
  });

  it('says what to do when there is none', async () => {
    await expect(findMailbox(folder.path)).rejects.toThrow('--mailbox');
    await write({ mailboxUrl: null });
    await expect(findMailbox(folder.path)).rejects.toThrow('SMTP_URL');
  });
});

describe('mailedToken', () => {
  let server: Server;
  let answers: unknown[];
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/mailbox`;
  beforeEach(async () => {
    server = createServer((_request, response) => {
      response.end(JSON.stringify(answers.length > 1 ? answers.shift() : answers[0]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('waits for the mail to this address', async () => {
    const mail = (to: string) => ({ to, subject: 'Hello', token: `of ${to}` });
    answers = [[], [mail('b@x.test')], [mail('a@x.test'), mail('b@x.test')]];
    expect(await mailedToken(url(), 'a@x.test')).toBe('of a@x.test');
  });

  it('says so when it is no mailbox', async () => {
    answers = [{ errors: [] }];
    await expect(mailedToken(url(), 'a@x.test')).rejects.toThrow('Cannot read the mailbox');
  });
});
