import {
  AppError,
  headerOf,
  parseJsonObject,
  readBody,
  sendJson,
  viewerHeader,
  type Route,
  type ViewerVerifier,
} from '@pcc/platform';
import { reportForm } from './model.js';
import type { ApiPerformanceService } from './service.js';

const bodyLimit = 1024 * 1024;

/**
 * Where routers report how the API performs. Only their signature opens it; whose request they sign for does not
 * matter, because clients never reach this path.
 */
export const apiPerformanceRoutes = (deps: {
  readonly verifier: ViewerVerifier;
  readonly apiPerformance: ApiPerformanceService;
}): Record<string, Route> => ({
  '/internal/api-performance': async (request, response) => {
    await deps.verifier.verify(headerOf(request, viewerHeader));
    const parsed = reportForm.safeParse(parseJsonObject(await readBody(request, bodyLimit)));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new AppError(
        'BAD_USER_INPUT',
        `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      );
    }
    await deps.apiPerformance.report(parsed.data);
    sendJson(response, 200, { accepted: parsed.data.samples.length });
  },
});
