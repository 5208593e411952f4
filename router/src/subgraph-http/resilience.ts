import { errorMessage, Gauge, type Logger, type Metrics } from '@pcc/platform';
import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
} from 'cockatiel';
import { StaleConnectionError } from './connection.js';
import { AbandonedError, PoolBusyError } from './pool.js';
import type { HttpResponse } from './response-parser.js';

/** The subgraph has failed so often that it is left alone for a while. */
export class SubgraphRestsError extends Error {
  override readonly name = 'SubgraphRestsError';
}

export interface Resilience {
  /**
   * Runs one request to a subgraph: not at all while the subgraph rests, and again after a short, random pause
   * when it may be repeated and failed in a way that passes.
   * @throws SubgraphRestsError, or what the last attempt threw
   */
  run(
    subgraph: string,
    mayRepeat: boolean,
    attempt: () => Promise<HttpResponse>,
  ): Promise<HttpResponse>;
}

export interface ResilienceOptions {
  /** Failures in a row after which a subgraph rests. */
  readonly failuresBeforeRest: number;
  /** How long it rests; then one request tries. */
  readonly restMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const retries = 2;
const firstPauseMs = 30;
const longestPauseMs = 300;

/** Answers of a proxy or of a process that is just starting or stopping. */
const passingStatus = new Set([502, 503, 504]);
/** The server is not there, or went away; a timeout is none of these: asking again would double the wait. */
const passingCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** Carries an answer through the policies as the failure that it is. */
class PassingStatusError extends Error {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    super(`status ${response.status}`);
    this.response = response;
  }
}

export function subgraphResilience(options: ResilienceOptions): Resilience {
  const breakers = new Map<string, ReturnType<typeof circuitBreaker>>();
  const resting = new Gauge({
    name: 'router_subgraph_resting',
    help: '1 while a subgraph is not asked because it has failed again and again',
    labelNames: ['subgraph'] as const,
    registers: [options.metrics.registry],
  });
  const again = retry(handleWhen(mayPass), {
    maxAttempts: retries,
    // Decorrelated jitter: a thousand requests that failed together do not come back together.
    backoff: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: longestPauseMs }),
  });
  const breakerOf = (subgraph: string) => {
    const known = breakers.get(subgraph);
    if (known !== undefined) return known;
    const breaker = circuitBreaker(handleWhen(isFaultOfSubgraph), {
      halfOpenAfter: options.restMs,
      breaker: new ConsecutiveBreaker(options.failuresBeforeRest),
    });
    breaker.onBreak((reason) => {
      resting.set({ subgraph }, 1);
      const error = 'error' in reason ? reason.error : undefined;
      options.logger.warn({ subgraph, reason: errorMessage(error) }, 'a subgraph rests');
    });
    breaker.onReset(() => {
      resting.set({ subgraph }, 0);
      options.logger.info({ subgraph }, 'a subgraph is asked again');
    });
    breakers.set(subgraph, breaker);
    return breaker;
  };

  return {
    async run(subgraph, mayRepeat, attempt) {
      const breaker = breakerOf(subgraph);
      const once = () =>
        breaker.execute(async () => {
          const response = await attempt();
          if (passingStatus.has(response.status)) throw new PassingStatusError(response);
          return response;
        });
      try {
        return await (mayRepeat ? again.execute(once) : once());
      } catch (error) {
        if (error instanceof PassingStatusError) return error.response;
        if (error instanceof BrokenCircuitError)
          throw new SubgraphRestsError('it rests', { cause: error });
        throw error;
      }
    },
  };
}

/** Neither a client that went away nor a crowd of our own, turned away before it was asked, tells anything of it. */
const isFaultOfSubgraph = (error: Error): boolean =>
  !(error instanceof AbandonedError || error instanceof PoolBusyError);

function mayPass(error: Error): boolean {
  if (error instanceof PassingStatusError || error instanceof StaleConnectionError) return true;
  return 'code' in error && passingCodes.has(String(error.code));
}
