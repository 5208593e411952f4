/** Everyone the table knows: `enrolled` learns in the world's courses, `owner` teaches them. */
export const people = [
  'anonymous',
  'student',
  'enrolled',
  'otherTeacher',
  'owner',
  'admin',
] as const;
export type Who = (typeof people)[number];
