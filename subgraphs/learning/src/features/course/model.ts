import type { Connection } from '@pcc/platform';
import type { Language } from '../../languages.js';

export const courseLevels = ['BEGINNER', 'INTERMEDIATE', 'ADVANCED'] as const;
export const courseAccesses = ['FREE', 'PAID'] as const;

export interface Course {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  readonly level: (typeof courseLevels)[number];
  readonly language: Language;
  readonly access: (typeof courseAccesses)[number];
  readonly status: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
  readonly capacity: number | null;
  readonly publishedAt: Date | null;
  /** Counts the changes of the course itself: the `aggregateVersion` of `course.changed`. */
  readonly version: number;
}

export type CourseConnection = Connection<Course>;

/** What an author may write. */
export type CourseFields = Pick<
  Course,
  'slug' | 'title' | 'summary' | 'description' | 'level' | 'language' | 'access' | 'capacity'
>;

/** One narrowing of the catalogue; null narrows nothing. */
export interface CourseFilter {
  readonly text: string | null;
  readonly level: Course['level'] | null;
  readonly language: Language | null;
  readonly access: Course['access'] | null;
}
