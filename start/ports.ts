import { createServer } from 'node:net';
import { ConfigError } from '@pcc/platform';

/**
 * Fails early, with one clear line, when a port is taken: the stores take seconds to start.
 * @throws ConfigError
 */
export async function assertPortsFree(ports: readonly number[], host: string): Promise<void> {
  for (const port of ports) {
    const code = await tryListen(port, host);
    if (code === 'EADDRINUSE') {
      throw new ConfigError([
        `Port ${port} is taken. Choose others with PORT, for example: PORT=${port + 1000} npm start`,
      ]);
    }
    if (code !== null) throw new ConfigError([`Cannot listen on ${host}:${port} (${code}).`]);
  }
}

function tryListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}
