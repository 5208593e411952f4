import type { RiskReason } from '../../generated/graphql.js';

export interface UserReference {
  readonly id: string;
}

export interface AtRiskLearner {
  readonly learnerId: string;
  readonly enrolledAt: Date;
  readonly lastActiveAt: Date;
  readonly progressPercent: number;
  readonly riskScore: number;
  readonly reasons: RiskReason[];
}

/**
 * The risk formula; `AtRiskLearner.riskScore` in the SDL tells it to clients. A heuristic of ours, meant to
 * be readable: 60 points for being away, 40 for being behind a steady pace.
 */
export const riskRules = {
  inactivityPoints: 60,
  lagPoints: 40,
  /** A steady pace does the whole course in this many days. */
  paceDays: 60,
  /** From this share of the course behind the pace on, lag alone is a warning. */
  alarmingLag: 0.3,
} as const;

/** Who is asked about: one course, one moment, one measure of inactivity. */
export interface RiskQuestion {
  readonly courseId: string;
  readonly asOf: Date;
  readonly inactiveDays: number;
}

/** Behind which learner a page starts. */
export interface RiskPosition {
  readonly riskScore: number;
  readonly learnerId: string;
}
