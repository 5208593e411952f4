import {
  headerOf,
  parseJsonObject,
  readBody,
  sendJson,
  viewerHeader,
  type Result,
  type Route,
  type ViewerVerifier,
} from '@pcc/platform';
import type { MadeAdmin } from './features/administration/first-admin.js';
import { adminAnswer } from './operator.js';

export interface AdminRouteOptions {
  readonly verifier: ViewerVerifier;
  readonly makeAdmin: (input: unknown) => Promise<Result<MadeAdmin>>;
  readonly publicUrl: string;
}

const bodyLimit = 16 * 1024;

/** An operator's call, signed like the router's: `npm run admin` makes it. The outside does not reach it. */
export const operatorAdminRoute = (options: AdminRouteOptions): Record<string, Route> => ({
  '/internal/admins/create': async (request, response, { log }) => {
    const viewer = await options.verifier.verify(headerOf(request, viewerHeader));
    viewer.mustHaveRole('admin');
    const input = parseJsonObject(await readBody(request, bodyLimit));
    const made = await options.makeAdmin(input);
    if (made.ok) {
      const { userId, outcome } = made.value;
      log.info({ viewer: viewer.id, userId, outcome }, 'operator made an admin');
    }
    sendJson(response, 200, adminAnswer(made, options.publicUrl));
  },
});
