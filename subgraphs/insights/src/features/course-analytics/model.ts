export interface CourseReference {
  readonly id: string;
}

export interface CourseAnalytics {
  readonly courseId: string;
  readonly activeLearners: number;
  readonly enrollments: number;
  readonly completions: number;
}
