import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatcher } from './batcher.js';

const outcomeOf = (work: Promise<void>) =>
  work.then(
    () => 'written' as const,
    (error: unknown) => (error as Error).message,
  );

describe('createBatcher', () => {
  it('acknowledges exactly the rows that were written, in bounded batches, one write at a time', async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 });
    const poison = fc.array(fc.nat(60));
    const outages = fc.array(fc.nat(8), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        pauses,
        poison,
        outages,
        fc.integer({ min: 1, max: 7 }),
        async (waits, bad, downAt, maxRows) => {
          const written: number[] = [];
          let calls = 0;
          let running = 0;
          const batcher = createBatcher<number>({
            maxRows,
            maxDelayMs: 1,
            maxQueued: 2 * maxRows,
            mayBeOneRow: (error) => (error as Error).message === 'bad row',
            async write(rows) {
              expect(rows.length).toBeGreaterThan(0);
              expect(rows.length).toBeLessThanOrEqual(maxRows);
              expect(++running).toBe(1);
              const isDown = downAt.includes(calls++);
              await sleep(rows.length % 2);
              running--;
              if (isDown) throw new Error('down');
              if (rows.some((row) => bad.includes(row))) throw new Error('bad row');
              written.push(...rows);
            },
          });
          const outcomes: Promise<string>[] = [];
          for (const [row, wait] of waits.entries()) {
            outcomes.push(outcomeOf(batcher.add(row)));
            if (wait === 3) await sleep(1);
          }
          const settled = await Promise.all(outcomes);
          for (const [row, outcome] of settled.entries()) {
            expect(outcome === 'written').toBe(written.includes(row));
            if (outcome === 'bad row') expect(bad).toContain(row);
            if (outcome === 'down') expect(downAt.length).toBeGreaterThan(0);
          }
          expect(new Set(written).size).toBe(written.length);
          await batcher.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gathers what comes together into one write', async () => {
    const batches: number[][] = [];
    const batcher = createBatcher<number>({
      maxRows: 100,
      maxDelayMs: 1,
      maxQueued: 1000,
      mayBeOneRow: () => false,
      write: async (rows) => void batches.push([...rows]),
    });
    await Promise.all(Array.from({ length: 50 }, (_, row) => batcher.add(row)));
    expect(batches).toEqual([Array.from({ length: 50 }, (_, row) => row)]);
  });

  it('holds callers back when too many rows are queued, and refuses those when it closes', async () => {
    const written: number[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const batcher = createBatcher<number>({
      maxRows: 2,
      maxDelayMs: 1,
      maxQueued: 3,
      mayBeOneRow: () => false,
      async write(rows) {
        await gate;
        written.push(...rows);
      },
    });
    const outcomes = Array.from({ length: 10 }, (_, row) => outcomeOf(batcher.add(row)));
    await sleep(10);
    const closing = batcher.close();
    open();
    await closing;
    // Two were being written, three queued; nobody had taken the others.
    expect(written).toEqual([0, 1, 2, 3, 4]);
    expect(await Promise.all(outcomes)).toEqual([
      ...Array.from({ length: 5 }, () => 'written'),
      ...Array.from({ length: 5 }, () => 'Ingestion has stopped.'),
    ]);
  });
});
