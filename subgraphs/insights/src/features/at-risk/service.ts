import {
  AppError,
  connectionOf,
  isId,
  pageOf,
  type Clock,
  type Connection,
  type CursorKey,
  type PageArguments,
  type Viewer,
} from '@pcc/platform';
import { mustBeWithin } from '../../clickhouse.js';
import type { AccessService } from '../projection/service.js';
import type { AtRiskLearner, RiskPosition } from './model.js';
import type { AtRiskRepository } from './repository.js';

export type AtRiskService = ReturnType<typeof atRiskService>;

export interface AtRiskDeps {
  readonly atRisk: AtRiskRepository;
  readonly access: AccessService;
  readonly clock: Clock;
}

export interface AtRiskArguments extends PageArguments {
  readonly courseId: string;
  readonly inactiveDays: number;
}

export const atRiskService = ({ atRisk, access, clock }: AtRiskDeps) => ({
  /** @throws AppError BAD_USER_INPUT for arguments out of bounds, or as `scopeOf` does */
  async learners(viewer: Viewer, args: AtRiskArguments): Promise<Connection<AtRiskLearner>> {
    await access.scopeOf(viewer, args.courseId);
    const inactiveDays = mustBeWithin('inactiveDays', args.inactiveDays, 365);
    const page = pageOf(args, 3);
    const { asOf, after } = positionOf(page.after, clock.now());
    const question = { courseId: args.courseId, asOf, inactiveDays };
    const rows = await atRisk.page(question, after, page.limit);
    // Scores rise with time, so later pages are read as of the first one's moment.
    const keyOf = ({ riskScore, learnerId }: AtRiskLearner) => [
      asOf.getTime(),
      riskScore,
      learnerId,
    ];
    return connectionOf(rows, page, keyOf, () => atRisk.count(question));
  },
});

function positionOf(key: CursorKey | null, now: Date): { asOf: Date; after: RiskPosition | null } {
  if (key === null) return { asOf: now, after: null };
  const [time, riskScore, learnerId] = key;
  const isOurs =
    isWithin(time, now.getTime()) &&
    isWithin(riskScore, 100) &&
    typeof learnerId === 'string' &&
    isId(learnerId);
  if (isOurs) return { asOf: new Date(time), after: { riskScore, learnerId } };
  throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
}

const isWithin = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
