import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, parseEnv, secretListVariable } from '@pcc/platform';
import { z } from 'zod';
import { ClientError } from '../client/errors.js';

/** The running subgraphs, and what their internal calls are signed with. */
export interface Targets {
  /** By name: any URL of the subgraph's server. */
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** How they were found, in words. */
  readonly found: string;
}

/** `name=URL,name=URL`, as the router takes it. */
const subgraphsVariable = z
  .string()
  .transform((text) =>
    Object.fromEntries(
      text.split(',').map((item) => {
        const [name = '', url = ''] = item.trim().split(/=(.*)/s);
        return [name, url] as const;
      }),
    ),
  )
  .refine((subgraphs) => Object.values(subgraphs).every((url) => URL.canParse(url)), {
    message: 'must look like learning=http://host:4001/graphql,commerce=http://…',
  });

/** What `npm start` writes into its data folder while it runs. */
const operatorFile = z.object({
  subgraphs: z.record(z.string(), z.string()),
  viewerSecret: z.string(),
});

/**
 * Finds the subgraphs: those named by SUBGRAPHS, or the platform that runs on DATA_DIR.
 * @throws ConfigError, or ClientError when no platform runs there
 */
export async function findTargets(
  source: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Targets> {
  const env = parseEnv(
    {
      SUBGRAPHS: subgraphsVariable.optional(),
      VIEWER_SIGNING_SECRETS: secretListVariable.optional(),
      DATA_DIR: z.string().default('.data'),
    },
    source,
  );
  const { SUBGRAPHS: subgraphs, VIEWER_SIGNING_SECRETS: secrets } = env;
  if (subgraphs === undefined) return runningOn(resolve(env.DATA_DIR));
  if (secrets === undefined) throw new ConfigError(['VIEWER_SIGNING_SECRETS is not set']);
  return { subgraphs, secrets, found: 'the processes that SUBGRAPHS names' };
}

async function runningOn(dataDirectory: string): Promise<Targets> {
  const path = join(dataDirectory, 'operator.json');
  try {
    const { subgraphs, viewerSecret } = operatorFile.parse(
      JSON.parse(await readFile(path, 'utf8')),
    );
    const found = `the platform that runs on ${dataDirectory}`;
    return { subgraphs, secrets: [viewerSecret], found };
  } catch (error) {
    throw new ClientError(
      `No platform runs on ${dataDirectory}. Start it, give its folder as DATA_DIR, or name processes of their own with SUBGRAPHS and VIEWER_SIGNING_SECRETS.`,
      { cause: error },
    );
  }
}
