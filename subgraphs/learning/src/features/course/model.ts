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
  readonly objectives: readonly string[];
  readonly audience: string;
  readonly level: (typeof courseLevels)[number];
  readonly language: Language;
  readonly additionalLanguages: readonly Language[];
  readonly access: (typeof courseAccesses)[number];
  readonly status: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
  readonly capacity: number | null;
  readonly publishedAt: Date | null;
  readonly availableFrom: Date | null;
  readonly availableUntil: Date | null;
  readonly deletedAt: Date | null;
  /** Counts the changes of the course itself: the `aggregateVersion` of `course.changed`. */
  readonly version: number;
}

/** A match, and what to show of where it matched: HTML. */
export interface CourseHighlight {
  readonly title: string;
  readonly text: string;
}

export interface CourseEdge {
  readonly node: Course;
  readonly cursor: string;
  readonly highlight: () => Promise<CourseHighlight | null>;
}
export interface CourseConnection extends Connection<Course> {
  readonly edges: readonly CourseEdge[];
}

/** What an author may write. */
export type CourseFields = Omit<Course, 'id' | 'status' | 'publishedAt' | 'deletedAt' | 'version'>;

export const courseSortKeys = [
  'RELEVANCE',
  'NEWEST',
  'PRICE',
  'RATING',
  'DURATION',
  'TITLE',
  'POPULARITY',
] as const;
export type CourseSortKey = (typeof courseSortKeys)[number];

export interface CourseSort {
  readonly by: CourseSortKey;
  readonly ascending: boolean;
}

/** From and to, both included; null is no end. */
export interface Range<Value> {
  readonly from: Value | null;
  readonly to: Value | null;
}

/** One narrowing of the catalogue; null narrows nothing. */
export interface CourseFilter {
  readonly text: string | null;
  /** The course is in this category, or in one below it. */
  readonly categoryId: string | null;
  readonly level: Course['level'] | null;
  readonly language: Language | null;
  readonly access: Course['access'] | null;
  readonly price: (Range<bigint> & { readonly currency: string }) | null;
  readonly minimumRating: number | null;
  readonly durationMinutes: Range<number> | null;
  readonly instructorId: string | null;
}
