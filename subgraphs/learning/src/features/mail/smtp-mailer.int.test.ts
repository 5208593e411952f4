import { newId } from '@pcc/platform';
import { startSmtpServer, type TestSmtpServer } from '@pcc/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { composer } from './compose.js';
import { linkTokens } from './link-token.js';
import type { Mail, Mailer } from './model.js';
import { smtpMailer } from './smtp-mailer.js';

let server: TestSmtpServer;
let mailer: Mailer;
beforeEach(async () => {
  server = await startSmtpServer();
  mailer = smtpMailer({ url: server.url, from: 'Escuela <no-reply@school.test>' });
});
afterEach(async () => {
  mailer.close();
  await server.close();
});

const mailTo = (to: string): Mail =>
  composer(
    linkTokens([Buffer.alloc(32)]),
    'https://school.test',
  )({
    ...{ id: newId(), to, template: 'verify-email', language: 'es', attempts: 1 },
    tokenId: newId(),
  });

it('sends the text as it is, whole links in it, from our sender, and a double under the same id', async () => {
  const mail = mailTo('ana@example.test');
  await mailer.send(mail);
  await mailer.send(mail);
  const [message = '', double = ''] = server.messages;
  expect(message).toContain('From: Escuela <no-reply@school.test>');
  const idOf = (text: string) => /^Message-ID: (.*)$/im.exec(text)?.[1];
  expect(idOf(message)).toBe(`<${mail.id}@school.test>`);
  expect(idOf(double)).toBe(idOf(message));
  const [received] = await server.mails();
  expect(received).toMatchObject({ to: 'ana@example.test', token: mail.token });
  expect(received?.text.trim()).toBe(mail.text.trim());
});

it('writes to one address, whatever it contains', async () => {
  for (const to of ['"a,b"@example.test', 'a@example.test,eve@evil.test']) {
    await mailer.send(mailTo(to)).catch(() => undefined);
  }
  for (const message of server.messages) expect(message).not.toMatch(/^To:.*,\s*eve@evil/im);
});

it('fails when the server refuses, and when there is none', async () => {
  server.refuseWith = '451 later';
  await expect(mailer.send(mailTo('ana@example.test'))).rejects.toThrow('451');
  server.refuseWith = undefined;
  await mailer.send(mailTo('ana@example.test'));
  await server.close();
  await expect(mailer.send(mailTo('ana@example.test'))).rejects.toThrow();
});
