import { Prisma } from '../../database.js';

const hasLessons = Prisma.sql`EXISTS (
  SELECT 1 FROM "learning"."lessons" AS l WHERE l."course_id" = e."course_id" AND l."is_published")`;

const allLessons = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM "learning"."lessons" AS l
   WHERE l."course_id" = e."course_id" AND l."is_published"
     AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                      WHERE lp."enrollment_id" = e."id" AND lp."lesson_id" = l."id"))`;

const allQuizzesPassed = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM "learning"."assignments" AS a
   WHERE a."course_id" = e."course_id"
     AND NOT EXISTS (SELECT 1 FROM "learning"."assignment_submissions" AS s
                      WHERE s."assignment_id" = a."id" AND s."enrollment_id" = e."id" AND s."passed"))`;

/** The average of the best attempts; a quiz that was not taken counts 0. Null, so never enough, without quizzes. */
const grade = Prisma.sql`(
  SELECT avg(coalesce((SELECT max(s."score_percent") FROM "learning"."assignment_submissions" AS s
                        WHERE s."assignment_id" = a."id" AND s."enrollment_id" = e."id"), 0))
    FROM "learning"."assignments" AS a WHERE a."course_id" = e."course_id")`;

const rule = (column: Prisma.Sql) => Prisma.sql`(
  SELECT ${column} FROM "learning"."course_completion_rules" AS r WHERE r."course_id" = e."course_id")`;

/** Whether the enrolment `e` has done all that its course asks for: the one place where that is said. */
export const hasDoneAll = Prisma.sql`CASE coalesce(${rule(Prisma.sql`r."kind"`)}, 'LESSONS_AND_QUIZZES')
  WHEN 'MINIMUM_GRADE' THEN ${grade} >= ${rule(Prisma.sql`r."minimum_grade"`)}
  WHEN 'LESSONS_AND_MINIMUM_GRADE'
    THEN ${hasLessons} AND ${allLessons} AND ${grade} >= ${rule(Prisma.sql`r."minimum_grade"`)}
  ELSE ${hasLessons} AND ${allLessons} AND ${allQuizzesPassed} END`;
