DROP TABLE "commerce"."projection_completions";
ALTER TABLE "commerce"."projection_courses" DROP COLUMN "prerequisite_ids";
