import { resolve } from 'node:path';
import { parseEnv, portVariable } from '@pcc/platform';
import { z } from 'zod';

const variables = {
  PORT: portVariable.default(4000),
  DATA_DIR: z.string().default('.data'),
  PCC_TOKEN: z.string().optional(),
};

/** What the tools take from the environment; the same names and defaults as `npm start`. */
export interface ToolEnv {
  /** Where the router listens, unless `--url` says otherwise. */
  readonly port: number;
  /** Absolute: where `npm start` keeps the demo accounts. */
  readonly dataDirectory: string;
  /** An access token to use instead of the demo accounts. */
  readonly token: string | undefined;
}

/** @throws ConfigError naming every wrong variable */
export function readToolEnv(source: Readonly<Record<string, string | undefined>>): ToolEnv {
  const env = parseEnv(variables, source);
  return { port: env.PORT, dataDirectory: resolve(env.DATA_DIR), token: env.PCC_TOKEN };
}

/** The process's own environment. */
export const toolEnv = (): ToolEnv => readToolEnv(process.env);
