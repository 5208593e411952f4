import { Counter, errorMessage, Histogram, type Logger, type Metrics } from '@pcc/platform';
import type { JsonObject } from '../execution/json.js';
import { operationHash, operationName } from '../telemetry/operation-hash.js';
import type { PreparedOperation } from '../execution/operation.js';
import type { Cost } from './cost.js';
import type { CostModel } from './cost-model.js';

/** Looks at what operations did cost, after they were estimated: the estimate is only as good as the schema's words. */
export interface CostWatch {
  /**
   * Told of each answer; measures a sample of them, later, so that no answer waits.
   * @param variables coerced
   * @param data the answer's, serialised
   */
  answered(
    costs: CostModel,
    prepared: PreparedOperation,
    variables: () => JsonObject,
    data: string,
  ): void;
}

export interface CostWatchOptions {
  /** From 0 to 1. */
  readonly sampleRate: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/** To parse more would hold up everybody else for some ten milliseconds. */
const maximumLength = 1_000_000;
const buckets = [1, 10, 100, 1_000, 10_000, 100_000];

/**
 * Samples what operations cost, as metrics, and warns of an operation that cost more than was estimated: then a list
 * is longer than its `@listSize` says, and the limit of costs does not hold for it.
 */
export function costWatch(options: CostWatchOptions): CostWatch {
  const { sampleRate, logger, metrics, random = Math.random } = options;
  const registers = [metrics.registry];
  const sampled = new Histogram({
    name: 'router_operation_cost',
    help: 'Field and type cost of sampled operations, as estimated before and as measured after they ran',
    labelNames: ['phase'] as const,
    buckets,
    registers,
  });
  const exceeded = new Counter({
    name: 'router_operation_cost_exceeded_total',
    help: 'Sampled operations that cost more than was estimated',
    registers,
  });
  /** One line for each operation is enough. */
  const warned = new WeakSet<PreparedOperation>();

  const measure = (
    costs: CostModel,
    prepared: PreparedOperation,
    variables: JsonObject,
    data: string,
  ) => {
    const estimated = total(costs.estimate(prepared, variables));
    const answer = JSON.parse(data) as JsonObject | null;
    const measured = total(costs.measure(prepared, variables, answer));
    sampled.observe({ phase: 'estimated' }, estimated);
    sampled.observe({ phase: 'measured' }, measured);
    if (measured <= estimated) return;
    exceeded.inc();
    if (warned.has(prepared)) return;
    warned.add(prepared);
    const operation = { operation: operationName(prepared), hash: operationHash(prepared) };
    logger.warn({ ...operation, estimated, measured }, 'an operation cost more than was estimated');
  };

  return {
    answered(costs, prepared, variables, data) {
      if (!costs.isDeclared || data.length > maximumLength || random() >= sampleRate) return;
      setImmediate(() => {
        try {
          measure(costs, prepared, variables(), data);
        } catch (error) {
          logger.error({ reason: errorMessage(error) }, 'a cost could not be measured');
        }
      });
    },
  };
}

const total = ({ fieldCost, typeCost }: Cost): number => fieldCost + typeCost;
