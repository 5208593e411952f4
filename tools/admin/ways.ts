import { silentLogger, type Closable } from '@pcc/platform';
import { z } from 'zod';
import { ClientError } from '../client/errors.js';
import { findTargets } from '../dead-letters/env.js';
import { operatorOf } from '../dead-letters/operator.js';
import { databasePlace, databaseVariable, hasRedis } from './env.js';

export interface WantedAdmin {
  readonly email: string;
  readonly name: string | undefined;
  readonly password: string | undefined;
}

/** How the command reaches learning's service. */
export interface Way {
  /** For the operator, who must know where the admin is made: goes on after “Works”. */
  readonly description: string;
  /** Whether sessions that end are over at once. */
  readonly endsSessions: boolean;
  /** @throws StoreError */
  open(): Promise<OpenWay>;
}

export interface OpenWay extends Closable {
  /** @returns what `/internal/admins/create` answers */
  makeAdmin(wanted: WantedAdmin): Promise<unknown>;
}

/**
 * The database, when a variable names it; else the processes in SUBGRAPHS; else the platform on DATA_DIR.
 * @throws ClientError, ConfigError
 */
export async function findWay(): Promise<Way> {
  const variable = databaseVariable();
  return variable === undefined ? platformWay() : databaseWay(variable);
}

const databaseWay = (variable: string): Way => ({
  description: `on the database ${databasePlace(variable)} by itself (${variable})`,
  endsSessions: hasRedis(),
  async open() {
    // Learning takes a second to load, and only this needs it.
    const { openLearningOperator, readOperatorEnv } = await import('@pcc/learning/operator');
    return openLearningOperator(readOperatorEnv(), silentLogger);
  },
});

async function platformWay(): Promise<Way> {
  const targets = await findTargets().catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    const hint = 'With DATABASE_URL no platform is needed.';
    throw new ClientError(`${error.message} ${hint}`, { cause: error });
  });
  const operator = operatorOf(targets);
  const path = '/internal/admins/create';
  return {
    description: `through ${targets.found}`,
    endsSessions: true,
    open: async () => ({
      makeAdmin: (wanted) => operator.call('learning', path, wanted, z.unknown()),
      close: async () => undefined,
    }),
  };
}
