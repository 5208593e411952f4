/** Figures of a course, some minutes old. */
export interface CourseStatistics {
  readonly courseId: string;
  readonly enrolled: number;
  readonly active: number;
  readonly completed: number;
  readonly averageProgress: number;
}
