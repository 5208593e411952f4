import { ClientError } from '../client/errors.js';
import { describeFailure } from '../failure.js';

/** What a step gave to those that build on it; steps whose needs are not met are never tried. */
export type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false };

/** The values of some steps, in their order. */
type ValuesOf<Needs extends readonly Outcome<unknown>[]> = {
  [Index in keyof Needs]: Needs[Index] extends Outcome<infer Value> ? Value : never;
};

export interface StepReport {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
}

export interface Play {
  readonly steps: readonly StepReport[];
  /**
   * Plays one step and prints a line for it. A step fails when it throws, or when one that it needs has failed.
   * @param work gives its value; `say` adds a remark to the printed line
   */
  readonly step: <const Needs extends readonly Outcome<unknown>[], Value>(
    name: string,
    needs: Needs,
    work: (values: ValuesOf<Needs>, say: (remark: string) => void) => Promise<Value>,
  ) => Promise<Outcome<Value>>;
}

export function startPlay(write: (line: string) => void): Play {
  const steps: StepReport[] = [];
  /** So that a step which was not tried can name the one that it waits for. */
  const failedNames = new Map<Outcome<unknown>, string>();

  const finish = (name: string, ok: boolean, ms: number, remark: string) => {
    steps.push({ name, ok, ms: Math.round(ms) });
    write(`${ok ? '✓' : '✗'} ${name} (${Math.round(ms)} ms)${remark === '' ? '' : `: ${remark}`}`);
  };
  const fail = (name: string, ms: number, reason: string): Outcome<never> => {
    finish(name, false, ms, reason);
    const outcome: Outcome<never> = { ok: false };
    failedNames.set(outcome, name);
    return outcome;
  };

  return {
    steps,
    async step(name, needs, work) {
      const missing = needs.find((need) => !need.ok);
      if (missing !== undefined) {
        return fail(name, 0, `not tried, it needs “${failedNames.get(missing) ?? 'another step'}”`);
      }
      const values = needs.map((need) => (need.ok ? need.value : undefined)) as ValuesOf<
        typeof needs
      >;
      const remarks: string[] = [];
      const started = performance.now();
      try {
        const value = await work(values, (remark) => remarks.push(remark));
        finish(name, true, performance.now() - started, remarks.join(', '));
        return { ok: true, value };
      } catch (error) {
        return fail(name, performance.now() - started, describeFailure(error));
      }
    },
  };
}

/** Fails the step, with the reason, unless the condition holds. */
export function expect(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new ClientError(reason);
}
