import { sendJson, type Route } from '@pcc/platform';
import type { Mail, Mailer } from './model.js';

const keptMails = 100;

export interface Mailbox extends Mailer {
  /** `GET /mailbox`: the newest mail first. */
  readonly route: Route;
}

/**
 * Keeps the last mails in memory instead of sending them, for whoever tries the platform without a mail server. Never in
 * production: whoever can read it can take over every account.
 */
export function mailbox(): Mailbox {
  const mails: Mail[] = [];
  return {
    send: async (mail) => {
      mails.unshift(mail);
      mails.splice(keptMails);
    },
    route: (_request, response) => {
      response.setHeader('cache-control', 'no-store');
      sendJson(response, 200, mails);
    },
    close: () => undefined,
  };
}
