import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger, type CloseStack } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { testDirectory, testSecrets } from '@pcc/testkit';
import type { RouterConfig } from '../config.js';
import { startRouter } from '../container.js';

/** A router over a supergraph, with stores of its own; ends with `resources`. */
export async function routerOver(
  resources: CloseStack,
  supergraphSdl: string,
  config: Partial<RouterConfig> = {},
) {
  const directory = resources.use('directory', await testDirectory());
  const supergraphFile = join(directory.path, 'supergraph.graphql');
  await writeFile(supergraphFile, supergraphSdl);
  const redis = resources.use('redis', await redisPorts({ logger: silentLogger }));
  const router = await startRouter({
    config: {
      port: 0,
      viewerSecrets: testSecrets,
      supergraphFile,
      supergraphPollMs: 0,
      rateLimits: false,
      ...config,
    },
    redis,
    logger: silentLogger,
  });
  resources.use('router', router);
  return { url: `http://127.0.0.1:${router.port}`, close: () => router.close() };
}
