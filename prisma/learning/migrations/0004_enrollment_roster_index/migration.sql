-- no-transaction
-- Serves a course's roster, newest first.
CREATE INDEX CONCURRENTLY "enrollments_roster_idx" ON "learning"."enrollments" ("course_id", "enrolled_at" DESC, "id" DESC);
