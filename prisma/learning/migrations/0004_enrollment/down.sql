-- Enrolments stay, all of them; what is lost is where they came from, when they will expire, that somebody has stopped
-- them, and who waits. What has expired by now is over, and must not begin again because nobody knows when it ended.
WITH expired AS (
  UPDATE "learning"."enrollments" SET "status" = 'ENDED', "ended_at" = "expires_at", "version" = "version" + 1
   WHERE "expires_at" <= now() AND "status" <> 'ENDED'
  RETURNING "id", "user_id", "course_id", "version", "progress_percent", "ended_at"
), seats AS (
  UPDATE "learning"."courses" AS c SET "enrolled_count" = c."enrolled_count" - e."count"
    FROM (SELECT "course_id", count(*) AS "count" FROM expired GROUP BY "course_id") AS e
   WHERE c."id" = e."course_id"
), history AS (
  INSERT INTO "learning"."enrollment_history"
    ("id", "enrollment_id", "status", "reason", "progress_percent", "happened_at")
  SELECT gen_random_uuid(), "id", 'ENDED', 'EXPIRED', "progress_percent", "ended_at" FROM expired
)
INSERT INTO "learning"."outbox" ("event_id", "type", "aggregate_id", "aggregate_version", "occurred_at", "data")
SELECT gen_random_uuid(), 'enrollment.ended', "id"::text, "version", now(),
       jsonb_build_object('enrollmentId', "id", 'userId', "user_id", 'courseId', "course_id", 'reason', 'EXPIRED')
  FROM expired;
DROP FUNCTION "learning"."refresh_course_statistics"();
DROP MATERIALIZED VIEW "learning"."course_statistics";
DROP FUNCTION "learning"."maintain_partitions"(TIMESTAMPTZ);
DROP TABLE "learning"."learning_analytics";
DROP TABLE "learning"."user_activities";
DROP TABLE "learning"."certificate_documents";
DROP TABLE "learning"."lesson_progress_events";
DROP TABLE "learning"."lesson_positions";
DROP TABLE "learning"."course_completion_rules";
DROP TABLE "learning"."cohort_memberships";
DROP TABLE "learning"."student_cohorts";
DROP TABLE "learning"."course_invitations";
DROP TABLE "learning"."waiting_list";
ALTER TABLE "learning"."enrollments"
  DROP COLUMN "source",
  DROP COLUMN "expires_at",
  DROP COLUMN "suspended_at",
  DROP COLUMN "version";
