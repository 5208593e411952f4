import type { UnitOfWork } from '@pcc/events';
import type { Clock } from '@pcc/platform';
import type { RedisPorts } from '@pcc/stores';
import type { Database } from './database.js';
import { accountService } from './features/account/service.js';
import type { LinkTokens } from './features/mail/link-token.js';
import { mailService } from './features/mail/service.js';
import type { AccessTokens } from './features/session/access-token.js';
import { sessionService } from './features/session/service.js';
import { argon2Passwords } from './passwords.js';

export interface PeopleDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly live: RedisPorts['sessions'];
  readonly accessTokens: AccessTokens;
  readonly linkTokens: LinkTokens;
  /** Says that there is a mail to send. */
  readonly wakeMailWorker: () => void;
  readonly clock: Clock;
}

/** What all that is about people stands on. The operator's command, which has a database alone, needs no more. */
export function createPeople(deps: PeopleDeps) {
  const { database, unitOfWork, live, accessTokens, linkTokens, wakeMailWorker, clock } = deps;
  const stores = { database, unitOfWork, clock };
  const passwords = argon2Passwords();
  return {
    unitOfWork,
    passwords,
    mails: mailService({ database, tokens: linkTokens, wake: wakeMailWorker, clock }),
    sessions: sessionService({ ...stores, live, accessTokens }),
    accounts: accountService({ ...stores, passwords }),
  };
}
