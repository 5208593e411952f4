import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ClientError } from './errors.js';
import { eventually } from './wait.js';

const mailTimeoutMs = 10_000;

/** What `npm start` writes into its data folder while it runs. */
const operatorFile = z.object({ mailboxUrl: z.string().nullable() });
const mailsSchema = z.array(
  z.object({ to: z.string(), subject: z.string(), token: z.string().nullable() }),
);

/** Where the platform that runs on a data folder keeps the mails that it does not send. @throws ClientError */
export async function findMailbox(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, 'operator.json');
  const found = await readFile(path, 'utf8')
    .then((text) => operatorFile.parse(JSON.parse(text)).mailboxUrl)
    .catch(() => null);
  if (found !== null) return found;
  throw new ClientError(
    `No mailbox in ${path}: start the platform without SMTP_URL, give its folder as DATA_DIR, or name the mailbox with --mailbox.`,
  );
}

/** Waits for the mail to an address, and gives the token of its link. @throws ClientError when none comes */
export const mailedToken = (mailboxUrl: string, to: string): Promise<string> =>
  eventually(`a mail to ${to}`, mailTimeoutMs, async () => {
    const mails = await readMails(mailboxUrl);
    return mails.find((mail) => mail.to === to)?.token ?? undefined;
  });

async function readMails(mailboxUrl: string) {
  try {
    const response = await fetch(mailboxUrl, { signal: AbortSignal.timeout(mailTimeoutMs) });
    return mailsSchema.parse(await response.json());
  } catch (error) {
    throw new ClientError(`Cannot read the mailbox at ${mailboxUrl}.`, { cause: error });
  }
}
