-- Commerce now asks what comes before a course, and who has completed that. What was before is told once, for its
-- projections: courses with prerequisites as a newer snapshot, completions by an event of their own.
UPDATE "learning"."courses" AS c SET "version" = c."version" + 1
 WHERE EXISTS (SELECT 1 FROM "learning"."course_prerequisites" AS p WHERE p."course_id" = c."id");

INSERT INTO "learning"."outbox" ("event_id", "type", "aggregate_id", "aggregate_version", "occurred_at", "data")
SELECT gen_random_uuid(), 'course.changed', c."id", c."version", now(), jsonb_strip_nulls(jsonb_build_object(
         'courseId', c."id", 'slug', c."slug", 'title', c."title", 'language', c."language",
         'status', CASE WHEN c."deleted_at" IS NULL THEN c."status" ELSE 'ARCHIVED' END,
         'deleted', CASE WHEN c."deleted_at" IS NOT NULL THEN true END,
         'availableFrom', to_char(c."available_from" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'availableUntil', to_char(c."available_until" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'instructorIds', coalesce((
           SELECT jsonb_agg(i."user_id") FROM "learning"."course_instructors" AS i WHERE i."course_id" = c."id"), '[]'),
         'prerequisiteIds', needed."ids"))
  FROM "learning"."courses" AS c
  JOIN (SELECT "course_id", jsonb_agg("prerequisite_id") AS "ids"
          FROM "learning"."course_prerequisites" GROUP BY "course_id") AS needed ON needed."course_id" = c."id";

INSERT INTO "learning"."outbox" ("event_id", "type", "aggregate_id", "aggregate_version", "occurred_at", "data")
SELECT gen_random_uuid(), 'completion.restated', e."course_id", 1, now(),
       jsonb_build_object('userId', e."user_id", 'courseId', e."course_id")
  FROM (SELECT DISTINCT "user_id", "course_id" FROM "learning"."enrollments" WHERE "completed_at" IS NOT NULL) AS e;
