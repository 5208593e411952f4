import type { Window } from '../../time.js';
import type { Scope } from '../projection/model.js';
import type { Money } from '../revenue/model.js';

/** A dashboard that the viewer may see. Its parts are read when they are asked for. */
export interface DashboardView extends Window {
  readonly courseId: string | null;
  readonly scope: Scope;
}

export interface Figures {
  readonly enrollments: number;
  readonly completions: number;
  readonly activeLearners: number;
}

export interface TotalsView extends Figures {
  readonly revenue: () => Promise<Money[]>;
}

export interface DashboardDay extends Figures {
  readonly date: string;
}

export interface CourseFigures extends Figures {
  readonly courseId: string;
  readonly revenue: readonly Money[];
}

/** Names of the live topics that the notifier publishes to and `dashboardUpdated` listens to. */
export const dashboardTopics = {
  all: 'dashboard:all',
  ofCourse: (courseId: string) => `dashboard:course:${courseId}`,
  ofInstructor: (userId: string) => `dashboard:instructor:${userId}`,
};
