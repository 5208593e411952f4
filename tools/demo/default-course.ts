/** The first paid course of the demo data. */
export const defaultCourse = 'sql-from-zero';
