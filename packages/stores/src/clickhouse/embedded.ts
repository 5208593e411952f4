import { join, resolve } from 'node:path';
import type { Closable, Logger } from '@pcc/platform';
import { openLocked } from '../open-locked.js';
import type { ClickHouseConnection } from './connection.js';
import { openEngine } from './engine.js';

/** The engine, for `connectClickHouse({ connection })`. */
export interface EmbeddedClickHouseConnection {
  /** @param database every call runs in it; `createDatabase` makes it */
  forDatabase(database: string): ClickHouseConnection;
}

export interface EmbeddedClickHouse extends Closable {
  readonly connection: EmbeddedClickHouseConnection;
}

const trapHandlerFlag = '--disable-wasm-trap-handler';

/**
 * ClickHouse (chdb) inside this process. Only one directory can be open per process.
 *
 * Node must run with `--disable-wasm-trap-handler` (the engine replaces the handler that WebAssembly's
 * bounds checks rely on) and UV_THREADPOOL_SIZE=16.
 */
export async function startEmbeddedClickHouse(options: {
  readonly directory: string;
  readonly logger: Logger;
}): Promise<EmbeddedClickHouse> {
  const directory = resolve(options.directory);
  if (!process.execArgv.includes(trapHandlerFlag)) {
    options.logger.warn(`start node with ${trapHandlerFlag}: see startEmbeddedClickHouse`);
  }
  return openLocked(directory, 'ClickHouse', async () => {
    const engine = await openEngine(join(directory, 'data'));
    return { connection: { forDatabase: engine.forDatabase }, close: () => engine.close() };
  });
}
