-- Enrolments stay, all of them; what is lost is where they came from, when they expire and who waits.
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
