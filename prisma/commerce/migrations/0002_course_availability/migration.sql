-- A course is sold only while it takes enrolments; the dates come with `course.changed`.
ALTER TABLE "commerce"."projection_courses"
  ADD COLUMN "available_from" TIMESTAMPTZ(3),
  ADD COLUMN "available_until" TIMESTAMPTZ(3);
