-- Whoever lacks what comes before a course is not sold it. Learning tells of what was before: its migration
-- 0007_prerequisites_told.
ALTER TABLE "commerce"."projection_courses" ADD COLUMN "prerequisite_ids" UUID[] NOT NULL DEFAULT '{}';

-- The key serves the checkout: of one person, these courses.
CREATE TABLE "commerce"."projection_completions" (
  "user_id" UUID NOT NULL,
  "course_id" UUID NOT NULL,
  PRIMARY KEY ("user_id", "course_id")
);
