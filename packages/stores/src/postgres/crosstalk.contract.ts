import fc from 'fast-check';
import type pg from 'pg';
import { expect, it } from 'vitest';

/** What a client does next; drawn at random, so that ten of them meet in every order. */
const steps = [
  'echo',
  'large parameter',
  'commit',
  'rollback',
  'savepoint',
  'failure',
  'failed transaction',
  'named statement',
] as const;
type Step = (typeof steps)[number];

const clientCount = 10;
const stepsEach = 100;
const million = 1_000_000;

/** Ten clients at once; each compares every answer with what only it can have asked. */
export function crosstalkContract(client: () => Promise<pg.Client>): void {
  it('keeps 10 clients apart in thousands of mixed queries, transactions and large parameters', async () => {
    const admin = await client();
    await admin.query('CREATE TABLE crosstalk (client int, step int, payload text)');
    const seed = Math.floor(Math.random() * 2 ** 31);
    const plan = fc.array(fc.constantFrom(...steps), {
      minLength: stepsEach,
      maxLength: stepsEach,
      size: 'max',
    });
    const plans = fc.sample(plan, { numRuns: clientCount, seed });
    const witnesses = await Promise.all(
      plans.map(async (planned, me) => follow(planned, witness(await client(), me))),
    );
    const wrong = witnesses.flatMap((one) => one.wrong);
    expect(wrong, `seed ${seed}`).toEqual([]);
    expect(witnesses.reduce((sum, one) => sum + one.queries(), 0)).toBeGreaterThan(2_000);
    const { rows } = await admin.query(
      'SELECT client, step, length(payload) FROM crosstalk ORDER BY client, step',
    );
    expect(rows, `seed ${seed}`).toEqual(witnesses.flatMap((one) => one.kept));
  });
}

type Witness = ReturnType<typeof witness>;

/** One client, what it found wrong, and which rows it knows to be committed. */
function witness(client: pg.Client, me: number) {
  const wrong: string[] = [];
  const kept: { client: number; step: number; length: number }[] = [];
  let queries = 0;
  const query = (text: string | pg.QueryConfig, values?: unknown[]) => {
    queries++;
    return client.query<{ answer: unknown }>(text, values);
  };
  const is = (text: string, expected: unknown, actual: unknown) => {
    if (actual !== expected) wrong.push(`client ${me}, ${text}: ${String(actual).slice(0, 60)}`);
  };
  return {
    me,
    wrong,
    kept,
    queries: () => queries,
    query,
    is,
    asks: async (expected: unknown, text: string, values?: unknown[]) =>
      is(text, expected, (await query(text, values)).rows[0]?.answer),
    fails: async (code: string, text: string) =>
      is(text, code, await query(text).catch((error: pg.DatabaseError) => error.code)),
    insert: (step: number, payload: string) =>
      query('INSERT INTO crosstalk VALUES ($1, $2, $3)', [me, step, payload]),
    commit: async (step: number, payload: string) => {
      await query('COMMIT');
      kept.push({ client: me, step, length: payload.length });
    },
  };
}

async function follow(plan: readonly Step[], one: Witness): Promise<Witness> {
  for (const [step, kind] of plan.entries()) await actions[kind](one, step);
  return one;
}

const rowsOf = 'SELECT count(*)::int AS answer FROM crosstalk WHERE client = $1 AND step = $2';
const echo = 'SELECT $1::text AS answer';

const actions: Record<Step, (one: Witness, step: number) => Promise<unknown>> = {
  echo: ({ asks, me }, step) => asks(`${me}:${step}`, echo, [`${me}:${step}`]),

  async 'large parameter'({ query, insert, asks, commit, me }, step) {
    const payload = `${me}:${step}:`.padEnd(step % 5 === 0 ? million : 20_000, 'x');
    await query('BEGIN');
    await insert(step, payload);
    await asks(payload, echo, [payload]);
    await commit(step, payload);
  },

  async commit({ query, insert, asks, commit, me }, step) {
    await query('BEGIN');
    await insert(step, 'kept');
    await asks(1, rowsOf, [me, step]);
    await commit(step, 'kept');
  },

  async rollback({ query, insert, asks, me }, step) {
    await query('BEGIN');
    await insert(step, 'taken back');
    await asks(1, rowsOf, [me, step]);
    await query('ROLLBACK');
    await asks(0, rowsOf, [me, step]);
  },

  async savepoint({ query, insert, asks, commit, me }, step) {
    await query('BEGIN');
    await insert(step, 'kept');
    await query('SAVEPOINT here');
    await insert(step, 'taken back');
    await query('ROLLBACK TO here');
    await asks(1, rowsOf, [me, step]);
    await commit(step, 'kept');
  },

  failure: ({ fails }) => fails('22012', 'SELECT 1/0'),

  async 'failed transaction'({ query, insert, asks, fails, me }, step) {
    await query('BEGIN');
    await insert(step, 'taken back');
    await fails('22012', 'SELECT 1/0');
    await fails('25P02', 'SELECT 1');
    await query('COMMIT');
    await asks(0, rowsOf, [me, step]);
  },

  'named statement': ({ me, query, is }, step) =>
    query({ name: 'same', text: `SELECT '${me}' AS answer` }).then(({ rows }) =>
      is(`step ${step}`, `${me}`, rows[0]?.answer),
    ),
};
