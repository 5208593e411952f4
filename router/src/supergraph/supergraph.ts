import { ApolloGateway } from '@apollo/gateway';
import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import { disableApolloTelemetry } from '../env.js';
import { withoutOwnPurposes } from './features.js';
import type { SupergraphSource } from './sources.js';

export interface SupergraphOptions {
  readonly source: SupergraphSource;
  /** How often the source is read again; 0 never. */
  readonly pollMs: number;
  /** How long the first reading may be tried: subgraphs may start at the same time. */
  readonly startTimeoutMs: number;
  readonly logger: Logger;
  /** Called with every supergraph that loads. When it rejects, the one before stays in use. */
  readonly onLoad: (supergraphSdl: string) => Promise<void>;
}

const retryMs = 250;

/**
 * Loads the supergraph through `@apollo/gateway`, which validates it, and hot-reloads it by polling the
 * source. One that does not compose or load never replaces a good one. The gateway executes nothing.
 * @throws when there is no supergraph to begin with
 */
export async function loadSupergraph(options: SupergraphOptions): Promise<Closable> {
  disableApolloTelemetry();
  const { source, logger } = options;
  let taken: Promise<void> = Promise.resolve();
  /** What the gateway looks at now, as it was read. */
  let latest = '';
  const forGateway = (supergraphSdl: string) => {
    latest = supergraphSdl;
    return withoutOwnPurposes(supergraphSdl);
  };
  const gateway = new ApolloGateway({
    logger: quiet(logger),
    validateSupergraph: true,
    supergraphSdl: async ({ update }) => {
      const supergraphSdl = await firstReading(options);
      const stopPolling = poll(options, supergraphSdl, async (next) => {
        update(forGateway(next));
        await taken;
      });
      return { supergraphSdl: forGateway(supergraphSdl), cleanup: async () => stopPolling() };
    },
  });
  gateway.onSchemaLoadOrUpdate(() => {
    taken = options.onLoad(latest);
    // Whoever waits for it hears of a failure; until then nobody does.
    taken.catch(() => undefined);
  });
  await gateway.load();
  try {
    await taken;
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  logger.info({ source: source.name }, 'supergraph loaded');
  return { close: () => gateway.stop() };
}

async function firstReading({ source, startTimeoutMs }: SupergraphOptions): Promise<string> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    try {
      return await source();
    } catch (error) {
      if (Date.now() + retryMs > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

function poll(
  { source, pollMs, logger }: SupergraphOptions,
  first: string,
  update: (supergraphSdl: string) => Promise<void>,
): () => void {
  if (pollMs <= 0) return () => undefined;
  let last = first;
  let lastProblem = '';
  let reading = false;
  const read = async () => {
    if (reading) return;
    reading = true;
    try {
      const next = await source();
      if (next !== last) {
        // Remembered before it is tried: a bad one is refused once, not at every poll.
        last = next;
        await update(next);
        logger.info('supergraph updated');
      }
      lastProblem = '';
    } catch (error) {
      const problem = errorMessage(error);
      if (problem !== lastProblem) {
        logger.warn({ reason: problem }, 'the supergraph was not updated; the last good one stays');
      }
      lastProblem = problem;
    } finally {
      reading = false;
    }
  };
  const timer = setInterval(() => void read(), pollMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The gateway is talkative; only its warnings and errors are of interest. */
const quiet = (logger: Logger) => ({
  debug: () => undefined,
  info: (message?: unknown) => logger.debug(String(message)),
  warn: (message?: unknown) => logger.warn(String(message)),
  error: (message?: unknown) => logger.error(String(message)),
});
