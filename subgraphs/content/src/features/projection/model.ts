/** An entity of another subgraph: all that this one says of it by itself. */
export interface EntityRef {
  readonly id: string;
}

export const languages = ['en', 'es', 'pt'] as const;
export type Language = (typeof languages)[number];

export const defaultLanguage: Language = 'en';

/** A language this platform speaks, or English: profiles may one day know more than we have texts for. */
export const languageOf = (value: string | undefined): Language =>
  languages.find((language) => language === value) ?? defaultLanguage;

/** How a text for one person is written. */
export interface Reader {
  readonly language: Language;
  /** An IANA name. */
  readonly timeZone: string;
}

/** For whom nothing is known: older events of a registration had no time zone. */
export const defaultReader: Reader = { language: defaultLanguage, timeZone: 'UTC' };

/** What content knows of a course of learning's. */
export interface ProjectedCourse {
  readonly id: string;
  readonly title: string;
  readonly instructorIds: readonly string[];
  /** For its instructors and admins only, until it is restored. */
  readonly deleted: boolean;
}

/** What content knows of a person. */
export interface ProjectedUser extends Reader {
  readonly id: string;
  readonly role: string;
}

/** What a person is to a course. All false when content knows nothing of either: closed when unsure. */
export interface CourseAccess {
  readonly courseId: string;
  readonly courseExists: boolean;
  readonly enrolled: boolean;
  readonly teaches: boolean;
  /** Whether to let this person read what belongs to the course. */
  readonly mayRead: boolean;
  /** Whether to let this person manage what belongs to the course. */
  readonly mayManage: boolean;
}
