import { AppError, isId, type Viewer } from '@pcc/platform';
import type { Scope } from './model.js';
import type { ProjectionRepository } from './repository.js';

export type AccessService = ReturnType<typeof accessService>;

/** Who may see which course's figures: its instructors as `course.changed` named them, and admins. */
export const accessService = (deps: { readonly projections: ProjectionRepository }) => ({
  /**
   * @param courseId null for everything that the viewer may see
   * @throws AppError UNAUTHENTICATED, FORBIDDEN, or NOT_FOUND (admins only: to others an unknown course
   *   looks like a foreign one)
   */
  async scopeOf(viewer: Viewer, courseId: string | null): Promise<Scope> {
    const viewerId = viewer.mustHaveRole('instructor', 'admin');
    if (courseId === null) {
      if (viewer.isAdmin) return { kind: 'all' };
      return { kind: 'courses', courseIds: await deps.projections.courseIdsOf(viewerId) };
    }
    const known = isId(courseId);
    if (viewer.isAdmin) {
      if (!known || !(await deps.projections.exists(courseId))) throw new AppError('NOT_FOUND');
    } else if (!known || !(await deps.projections.teaches(viewerId, courseId))) {
      throw new AppError('FORBIDDEN');
    }
    return { kind: 'courses', courseIds: [courseId] };
  },

  /** Everyone whose dashboards show one of these courses, beside admins. */
  instructorIdsOf: (courseIds: readonly string[]): Promise<string[]> =>
    deps.projections.instructorIdsOf(courseIds),
});
