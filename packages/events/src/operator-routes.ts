import type { IncomingMessage } from 'node:http';
import {
  AppError,
  headerOf,
  isId,
  isStoreUnavailable,
  parseJsonObject,
  readBody,
  sendJson,
  viewerHeader,
  type Route,
  type Viewer,
  type ViewerVerifier,
} from '@pcc/platform';
import { z } from 'zod';
import type { Consumer } from './consumer.js';
import type { OutboxStore } from './outbox.js';

export interface OperatorRoutesOptions {
  readonly verifier: ViewerVerifier;
  readonly consumer: Pick<Consumer, 'deadLetters'>;
  readonly outbox: OutboxStore;
}

const bodyLimit = 16 * 1024;
const pageLimit = 100;
/** Inboxes remember an event for seven days after it last came; what is sent again must come before that. */
export const longestRepublishMs = 6 * 24 * 60 * 60 * 1000;

const page = z.object({
  after: z.string().refine(isId).optional(),
  limit: z.number().int().min(1).max(pageLimit).default(pageLimit),
});
const letter = z.object({ eventId: z.string().refine(isId) });
const span = z.object({
  since: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});

/**
 * An operator's calls to a running subgraph, signed like the router's and for admins only:
 * `npm run dead-letters` makes them.
 */
export function operatorRoutes(options: OperatorRoutesOptions): Record<string, Route> {
  const { verifier, outbox } = options;
  const { deadLetters } = options.consumer;
  const route = <Input>(schema: z.ZodType<Input>, act: (input: Input) => Promise<unknown>): Route =>
    async function (request, response, { log }) {
      const viewer = await adminOf(request, verifier);
      const input = inputOf(schema, parseJsonObject(await readBody(request, bodyLimit)));
      log.info({ viewer: viewer.id, path: request.url, input }, 'operator');
      sendJson(response, 200, await answer(() => act(input)));
    };
  return {
    '/internal/dead-letters/list': route(page, async (input) => ({
      deadLetters: await deadLetters.list(input),
    })),
    '/internal/dead-letters/show': route(letter, async ({ eventId }) => ({
      deadLetter: await deadLetters.find(eventId),
    })),
    '/internal/dead-letters/replay': route(letter, ({ eventId }) => deadLetters.replay(eventId)),
    '/internal/dead-letters/discard': route(letter, async ({ eventId }) => ({
      outcome: (await deadLetters.discard(eventId)) ? 'DONE' : 'NOT_FOUND',
    })),
    '/internal/outbox/republish': route(span, async ({ since }) => {
      if (Date.now() - since.getTime() > longestRepublishMs) {
        throw new AppError(
          'BAD_USER_INPUT',
          'Inboxes forget: "since" may be six days ago at most.',
        );
      }
      return { count: await outbox.republish(since) };
    }),
  };
}

async function answer(act: () => Promise<unknown>): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    if (!isStoreUnavailable(error)) throw error;
    throw new AppError('STORE_UNAVAILABLE', undefined, {}, { cause: error });
  }
}

async function adminOf(request: IncomingMessage, verifier: ViewerVerifier): Promise<Viewer> {
  const viewer = await verifier.verify(headerOf(request, viewerHeader));
  viewer.mustHaveRole('admin');
  return viewer;
}

function inputOf<Input>(schema: z.ZodType<Input>, body: unknown): Input {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('BAD_USER_INPUT', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
