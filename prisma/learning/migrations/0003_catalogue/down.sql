-- Undoes 0003_catalogue. Categories, prerequisites between courses, announcements, schedules and objectives go with their
-- tables and columns; courses, modules and lessons stay. A course that is deleted, or not open at this moment, must not
-- come back to the catalogue because nobody knows its dates: archived, those enrolled keep it.
UPDATE "learning"."courses" SET "status" = 'ARCHIVED'
 WHERE "status" = 'PUBLISHED'
   AND ("deleted_at" IS NOT NULL OR "available_from" > now() OR "available_until" <= now());
DROP TRIGGER "course_ratings_refresh_listing" ON "learning"."projection_course_ratings";
DROP TRIGGER "course_prices_refresh_listing" ON "learning"."projection_course_prices";
DROP TRIGGER "lessons_refresh_listing_on_delete" ON "learning"."lessons";
DROP TRIGGER "lessons_refresh_listing_on_update" ON "learning"."lessons";
DROP TRIGGER "lessons_refresh_listing_on_insert" ON "learning"."lessons";
DROP TRIGGER "courses_refresh_popularity" ON "learning"."courses";
DROP TRIGGER "courses_refresh_listing" ON "learning"."courses";
DROP TRIGGER "courses_list" ON "learning"."courses";
DROP FUNCTION "learning"."course_projection_changed"();
DROP FUNCTION "learning"."course_duration_changed"();
DROP FUNCTION "learning"."course_popularity_changed"();
DROP FUNCTION "learning"."course_listing_changed"();
DROP FUNCTION "learning"."course_listed"();
DROP FUNCTION "learning"."refresh_course_listing"(UUID);
DROP TABLE "learning"."course_listings";
DROP FUNCTION "learning"."title_sort_key"(TEXT);
DROP TABLE "learning"."course_duplications";
DROP TABLE "learning"."course_announcements";
DROP TABLE "learning"."course_prerequisites";
DROP TABLE "learning"."course_category_members";
DROP TABLE "learning"."course_categories";
ALTER TABLE "learning"."lessons" DROP COLUMN "version";
ALTER TABLE "learning"."courses"
  DROP COLUMN "objectives",
  DROP COLUMN "audience",
  DROP COLUMN "additional_languages",
  DROP COLUMN "available_from",
  DROP COLUMN "available_until",
  DROP COLUMN "deleted_at";
