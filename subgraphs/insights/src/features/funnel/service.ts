import type { Viewer } from '@pcc/platform';
import type { FunnelStage } from '../../generated/graphql.js';
import type { AccessService } from '../projection/service.js';
import type { FunnelRepository } from './repository.js';

export type FunnelService = ReturnType<typeof funnelService>;

export interface FunnelStep {
  readonly stage: FunnelStage;
  readonly learners: number;
  readonly percentOfEnrolled: number;
  readonly percentOfPrevious: number;
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole);

export const funnelService = (deps: {
  readonly funnels: FunnelRepository;
  readonly access: AccessService;
}) => ({
  /** @throws AppError as `scopeOf` */
  async stepsOf(viewer: Viewer, courseId: string): Promise<FunnelStep[]> {
    await deps.access.scopeOf(viewer, courseId);
    const counts = await deps.funnels.stagesOf(courseId);
    const stages: readonly (readonly [FunnelStage, number])[] = [
      ['ENROLLED', counts.enrolled],
      ['FIRST_LESSON', counts.firstLesson],
      ['HALF', counts.half],
      ['COMPLETED', counts.completed],
      ['CERTIFIED', counts.certified],
    ];
    return stages.map(([stage, learners], index) => ({
      stage,
      learners,
      percentOfEnrolled: percent(learners, counts.enrolled),
      percentOfPrevious: percent(learners, stages[index - 1]?.[1] ?? counts.enrolled),
    }));
  },
});
