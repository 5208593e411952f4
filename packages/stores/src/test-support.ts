import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The empty database that every test copies; the version is that of the engine that made it. */
export const templateDirectory = join(tmpdir(), 'pcc-postgres-template-0.5.14');

/** Waits until `check` gives something truthy without throwing; its last failure is told after 25 s. */
export async function until<Value>(check: () => Value | Promise<Value>): Promise<Value> {
  const deadline = Date.now() + 25_000;
  for (;;) {
    let failure: unknown = 'still false';
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw new Error('condition not met within 25 s', { cause: failure });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
