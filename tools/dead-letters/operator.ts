import { viewerHeader, viewerSigner } from '@pcc/platform';
import { z } from 'zod';
import { ClientError } from '../client/errors.js';
import type { Targets } from './env.js';

/** Calls the internal endpoints of running subgraphs as an admin. */
export interface Operator {
  /** The names of the subgraphs. */
  readonly subgraphs: readonly string[];
  /** @throws ClientError when the subgraph cannot be reached, refuses, or answers something else */
  call<Answer>(
    subgraph: string,
    path: string,
    body: object,
    answer: z.ZodType<Answer>,
  ): Promise<Answer>;
}

/** Replaying may take as long as a delivery. */
const timeoutMs = 60_000;
const refusal = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

export function operatorOf({ subgraphs, secrets }: Targets): Operator {
  const signer = viewerSigner(secrets);
  return {
    subgraphs: Object.keys(subgraphs),
    async call(subgraph, path, body, answer) {
      const url = new URL(path, subgraphs[subgraph]);
      const signed = await signer.sign({ id: 'operator', role: 'admin', sessionId: 'operator' });
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [viewerHeader]: signed },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((error: unknown) => {
        throw new ClientError(`Cannot reach ${subgraph} at ${url.origin}.`, { cause: error });
      });
      const content: unknown = await response.json().catch(() => null);
      const refused = refusal.safeParse(content);
      if (refused.success) {
        throw new ClientError(`${subgraph}: ${refused.data.errors[0]?.message ?? ''}`);
      }
      const parsed = answer.safeParse(content);
      if (parsed.success) return parsed.data;
      throw new ClientError(`${subgraph} answered ${response.status} and not what was expected.`);
    },
  };
}
