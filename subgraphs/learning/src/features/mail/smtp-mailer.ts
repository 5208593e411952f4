import { createTransport } from 'nodemailer';
import type { Mailer } from './model.js';

const timeoutMs = 20_000;

/**
 * Sends by a mail server.
 * @param options.url `smtp://user:password@host:587`, or `smtps://` for TLS from the start; @param options.from the sender
 */
export function smtpMailer(options: { readonly url: string; readonly from: string }): Mailer {
  const { url, from } = options;
  const domain = from.replace(/^.*@|>.*$/g, '');
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Texts are ours; a file or an address in one must never be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text }) {
      // The same id when it is sent again, so that mail programs can tell a double.
      const messageId = `<${id}@${domain}>`;
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text, messageId });
    },
    close: () => transport.close(),
  };
}
