import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Closable } from '@pcc/platform';
import type { Mailbox, ReceivedMail } from './mailbox.js';

export interface TestSmtpServer extends Mailbox, Closable {
  readonly url: string;
  /** Whole, as they came, oldest first. */
  readonly messages: readonly string[];
  /** While set, every recipient is refused with this answer, such as `451 later`. */
  refuseWith: string | undefined;
}

/** A mail server that keeps what it is sent: enough of RFC 5321 for one client, without TLS and passwords. */
export async function startSmtpServer(): Promise<TestSmtpServer> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const state = { refuseWith: undefined as string | undefined };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // a client that was killed
    const say = (line: string) => socket.write(`${line}\r\n`);
    let data: string[] | undefined;
    say('220 test');
    createInterface({ input: socket }).on('line', (line) => {
      if (data !== undefined) {
        if (line !== '.') return void data.push(line.replace(/^\./, ''));
        messages.push(data.join('\n'));
        data = undefined;
        say('250 kept');
        return;
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'DATA') data = [];
      if (verb === 'QUIT') return void socket.end('221 bye\r\n');
      const refusal = verb === 'RCPT' ? state.refuseWith : undefined;
      say(verb === 'DATA' ? '354 go on' : (refusal ?? '250 ok'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    mails: async () => messages.map(mailOf).reverse(),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Long lines of the text are broken by `=` at their end, and other letters than ASCII's are written as bytes. */
const decoded = (body: string): string =>
  Buffer.from(
    body
      .replaceAll(/=\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

function mailOf(message: string): ReceivedMail {
  const [head = '', ...body] = message.split('\n\n');
  const raw = body.join('\n\n');
  const text = /quoted-printable/i.test(head) ? decoded(raw) : raw;
  const to = /^To: .*?([^\s<>]+@[^\s<>]+)/im.exec(head)?.[1] ?? '';
  return { to, text, token: /[?&]token=([\w.-]+)/.exec(text)?.[1] ?? null };
}
