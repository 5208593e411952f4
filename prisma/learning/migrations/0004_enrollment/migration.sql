-- Enrolment ----------------------------------------------------------------------------------------

ALTER TABLE "learning"."enrollments"
  -- FREE, ORDER, INVITATION, COHORT, ADMIN or WAITING_LIST; null in older rows, whose order tells it.
  ADD COLUMN "source" TEXT,
  -- Over from this moment on, whether or not a job has written that down yet; null: never.
  ADD COLUMN "expires_at" TIMESTAMPTZ(3),
  -- Set while somebody has stopped it; the status says what it goes on with.
  ADD COLUMN "suspended_at" TIMESTAMPTZ(3),
  -- Counts the changes of state that others are told of.
  ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- People who wait for a seat, in the order of tickets. Written under the course's lock only.
CREATE TABLE "learning"."waiting_list" (
  "id" UUID PRIMARY KEY,
  "ticket" BIGINT GENERATED ALWAYS AS IDENTITY,
  "course_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'WAITING',
  "joined_at" TIMESTAMPTZ(3) NOT NULL,
  -- Until when a seat of a paid course is kept for her.
  "offer_expires_at" TIMESTAMPTZ(3),
  "closed_at" TIMESTAMPTZ(3),
  CONSTRAINT "waiting_list_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "waiting_list_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "waiting_list_status_known"
    CHECK ("status" IN ('WAITING', 'OFFERED', 'ENROLLED', 'LEFT', 'EXPIRED')),
  CONSTRAINT "waiting_list_offer_expires" CHECK ("status" <> 'OFFERED' OR "offer_expires_at" IS NOT NULL),
  CONSTRAINT "waiting_list_closed_at_set"
    CHECK (("status" IN ('WAITING', 'OFFERED')) = ("closed_at" IS NULL))
);
-- A person waits once for a course.
CREATE UNIQUE INDEX "waiting_list_open_key" ON "learning"."waiting_list" ("course_id", "user_id")
  WHERE "closed_at" IS NULL;
-- Serves the first in line, and places in it.
CREATE INDEX "waiting_list_line_idx" ON "learning"."waiting_list" ("course_id", "ticket")
  WHERE "closed_at" IS NULL;
-- Serves the job that takes back offers.
CREATE INDEX "waiting_list_offers_idx" ON "learning"."waiting_list" ("offer_expires_at")
  WHERE "status" = 'OFFERED';
CREATE INDEX "waiting_list_user_idx" ON "learning"."waiting_list" ("user_id");

CREATE TABLE "learning"."course_invitations" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "code" TEXT NOT NULL,
  -- Whom alone it is for; null: whoever has the code.
  "user_id" UUID,
  "max_uses" INTEGER NOT NULL,
  "uses" INTEGER NOT NULL DEFAULT 0,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "created_by" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "revoked_at" TIMESTAMPTZ(3),
  CONSTRAINT "course_invitations_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_invitations_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_invitations_created_by_fkey" FOREIGN KEY ("created_by")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_invitations_uses_bounded" CHECK ("uses" BETWEEN 0 AND "max_uses")
);
CREATE UNIQUE INDEX "course_invitations_code_key" ON "learning"."course_invitations" ("code");
-- Serves a course's invitations, newest first.
CREATE INDEX "course_invitations_course_idx"
  ON "learning"."course_invitations" ("course_id", "created_at" DESC, "id" DESC);
CREATE INDEX "course_invitations_user_idx" ON "learning"."course_invitations" ("user_id");
CREATE INDEX "course_invitations_created_by_idx" ON "learning"."course_invitations" ("created_by");

CREATE TABLE "learning"."student_cohorts" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "starts_at" TIMESTAMPTZ(3),
  -- When the enrolments end that the cohort has made.
  "ends_at" TIMESTAMPTZ(3),
  "capacity" INTEGER,
  "member_count" INTEGER NOT NULL DEFAULT 0,
  "version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "student_cohorts_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "student_cohorts_in_order" CHECK ("ends_at" > "starts_at"),
  CONSTRAINT "student_cohorts_places"
    CHECK ("member_count" >= 0 AND ("capacity" IS NULL OR "member_count" <= "capacity"))
);
-- Serves a course's cohorts, newest first.
CREATE INDEX "student_cohorts_course_idx"
  ON "learning"."student_cohorts" ("course_id", "created_at" DESC, "id" DESC);

CREATE TABLE "learning"."cohort_memberships" (
  "cohort_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "enrollment_id" UUID NOT NULL,
  "added_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("cohort_id", "user_id"),
  CONSTRAINT "cohort_memberships_cohort_id_fkey" FOREIGN KEY ("cohort_id")
    REFERENCES "learning"."student_cohorts" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "cohort_memberships_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "cohort_memberships_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "cohort_memberships_user_idx" ON "learning"."cohort_memberships" ("user_id");
CREATE INDEX "cohort_memberships_enrollment_idx" ON "learning"."cohort_memberships" ("enrollment_id");

-- Progress -----------------------------------------------------------------------------------------

-- What a course asks of its learners; the default where there is no row: all lessons and all quizzes.
CREATE TABLE "learning"."course_completion_rules" (
  "course_id" UUID PRIMARY KEY,
  "kind" TEXT NOT NULL,
  -- Percent; of the best attempts at all quizzes, on average.
  "minimum_grade" INTEGER,
  CONSTRAINT "course_completion_rules_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_completion_rules_kind_known"
    CHECK ("kind" IN ('LESSONS_AND_QUIZZES', 'MINIMUM_GRADE', 'LESSONS_AND_MINIMUM_GRADE')),
  CONSTRAINT "course_completion_rules_grade_set"
    CHECK (("kind" = 'LESSONS_AND_QUIZZES') = ("minimum_grade" IS NULL)),
  CONSTRAINT "course_completion_rules_grade_range" CHECK ("minimum_grade" BETWEEN 1 AND 100)
);

-- How far somebody has come within a lesson, and how long she took.
CREATE TABLE "learning"."lesson_positions" (
  "enrollment_id" UUID NOT NULL,
  "lesson_id" UUID NOT NULL,
  "position_seconds" INTEGER NOT NULL,
  "watched_seconds" INTEGER NOT NULL,
  -- When she was there, by her own clock: what comes late does not move it back.
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("enrollment_id", "lesson_id"),
  CONSTRAINT "lesson_positions_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "lesson_positions_lesson_id_fkey" FOREIGN KEY ("lesson_id")
    REFERENCES "learning"."lessons" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "lesson_positions_not_negative" CHECK ("position_seconds" >= 0 AND "watched_seconds" >= 0)
);
-- Serves the point at which an enrolment is taken up again.
CREATE INDEX "lesson_positions_latest_idx" ON "learning"."lesson_positions" ("enrollment_id", "occurred_at" DESC);
CREATE INDEX "lesson_positions_lesson_idx" ON "learning"."lesson_positions" ("lesson_id");

-- The events that were counted: one that is sent again counts no more. Kept for as long as they are taken.
CREATE TABLE "learning"."lesson_progress_events" (
  "enrollment_id" UUID NOT NULL,
  "client_event_id" TEXT NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("enrollment_id", "client_event_id"),
  CONSTRAINT "lesson_progress_events_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- Serves forgetting the old ones.
CREATE INDEX "lesson_progress_events_age_idx" ON "learning"."lesson_progress_events" ("recorded_at");

-- Certificates -------------------------------------------------------------------------------------

-- The printed certificate, made after the transaction that issues it.
CREATE TABLE "learning"."certificate_documents" (
  "certificate_id" UUID PRIMARY KEY,
  -- When it was put into the object storage; null: to be made.
  "stored_at" TIMESTAMPTZ(3),
  -- Not before this moment: after a failure it waits, and whoever makes it has it for a while.
  "available_at" TIMESTAMPTZ(3) NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "certificate_documents_certificate_id_fkey" FOREIGN KEY ("certificate_id")
    REFERENCES "learning"."certificates" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- Serves the worker: only what is to be made is in it.
CREATE INDEX "certificate_documents_due_idx" ON "learning"."certificate_documents" ("available_at")
  WHERE "stored_at" IS NULL;
INSERT INTO "learning"."certificate_documents" ("certificate_id", "available_at")
SELECT "id", "issued_at" FROM "learning"."certificates" WHERE "revoked_at" IS NULL;

-- Activity -----------------------------------------------------------------------------------------

-- A person's recent security and study activity, 90 days of it; a partition for each month.
CREATE TABLE "learning"."user_activities" (
  -- The event's id.
  "id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "kind" TEXT NOT NULL,
  "course_id" UUID,
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("id", "occurred_at"),
  CONSTRAINT "user_activities_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) PARTITION BY RANGE ("occurred_at");
-- Serves a person's list, newest first.
CREATE INDEX "user_activities_user_idx"
  ON "learning"."user_activities" ("user_id", "occurred_at" DESC, "id" DESC);
-- What comes before its month has a partition; the job moves it there.
CREATE TABLE "learning"."user_activities_default" PARTITION OF "learning"."user_activities" DEFAULT;

-- One row for each learner, course and day (UTC); a partition for each month.
CREATE TABLE "learning"."learning_analytics" (
  "user_id" UUID NOT NULL,
  "course_id" UUID NOT NULL,
  "day" DATE NOT NULL,
  "seconds" INTEGER NOT NULL DEFAULT 0,
  "lessons_completed" INTEGER NOT NULL DEFAULT 0,
  "quiz_attempts" INTEGER NOT NULL DEFAULT 0,
  -- Serves the days of an enrolment, newest first.
  PRIMARY KEY ("user_id", "course_id", "day"),
  CONSTRAINT "learning_analytics_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) PARTITION BY RANGE ("day");
CREATE TABLE "learning"."learning_analytics_default" PARTITION OF "learning"."learning_analytics" DEFAULT;

-- Makes the partitions of this month and the three after it, and drops those of which all is too old. The role that
-- serves requests may not change tables, so it runs as the owner. Two at once: one does nothing.
CREATE FUNCTION "learning"."maintain_partitions"("at" TIMESTAMPTZ) RETURNS INTEGER
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
DECLARE
  "parent" RECORD;
  "child" RECORD;
  "month" DATE;
  "partition" TEXT;
  "changed" INTEGER := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('learning.maintain_partitions', 0)) THEN
    RETURN 0;
  END IF;
  FOR "parent" IN
    SELECT * FROM (VALUES
      ('user_activities', 'occurred_at', INTERVAL '90 days'),
      ('learning_analytics', 'day', INTERVAL '25 months')) AS p ("name", "key", "kept")
  LOOP
    FOR "ahead" IN 0..3 LOOP
      "month" := (date_trunc('month', "at") + make_interval(months => "ahead"))::date;
      "partition" := "parent"."name" || to_char("month", '_YYYY_MM');
      CONTINUE WHEN to_regclass(format('learning.%I', "partition")) IS NOT NULL;
      EXECUTE format('CREATE TABLE learning.%I (LIKE learning.%I INCLUDING ALL)', "partition", "parent"."name");
      EXECUTE format(
        'WITH moved AS (DELETE FROM learning.%1$I WHERE %2$I >= %3$L AND %2$I < %4$L RETURNING *)
         INSERT INTO learning.%5$I SELECT * FROM moved',
        "parent"."name" || '_default', "parent"."key", "month", ("month" + INTERVAL '1 month')::date, "partition");
      EXECUTE format(
        'ALTER TABLE learning.%I ATTACH PARTITION learning.%I FOR VALUES FROM (%L) TO (%L)',
        "parent"."name", "partition", "month", ("month" + INTERVAL '1 month')::date);
      "changed" := "changed" + 1;
    END LOOP;
    FOR "child" IN
      SELECT c."relname" AS "name" FROM pg_inherits AS i JOIN pg_class AS c ON c."oid" = i."inhrelid"
       WHERE i."inhparent" = to_regclass(format('learning.%I', "parent"."name"))
         AND c."relname" ~ '_[0-9]{4}_[0-9]{2}$'
         AND to_date(right(c."relname", 7), 'YYYY_MM') + INTERVAL '1 month' <= "at" - "parent"."kept"
    LOOP
      EXECUTE format('ALTER TABLE learning.%I DETACH PARTITION learning.%I', "parent"."name", "child"."name");
      EXECUTE format('DROP TABLE learning.%I', "child"."name");
      "changed" := "changed" + 1;
    END LOOP;
    EXECUTE format('DELETE FROM learning.%I WHERE %I < $1', "parent"."name" || '_default', "parent"."key")
      USING "at" - "parent"."kept";
  END LOOP;
  RETURN "changed";
END
$$;

-- Figures of courses, as old as the job's interval.
CREATE MATERIALIZED VIEW "learning"."course_statistics" AS
SELECT "course_id",
       count(*) FILTER (WHERE "status" <> 'ENDED')::integer AS "enrolled",
       count(*) FILTER (WHERE "status" = 'ACTIVE')::integer AS "active",
       count(*) FILTER (WHERE "completed_at" IS NOT NULL)::integer AS "completed",
       coalesce(round((avg("progress_percent") FILTER (WHERE "status" <> 'ENDED'))::numeric, 2), 0)::double precision
         AS "average_progress"
  FROM "learning"."enrollments" GROUP BY "course_id";
-- Without it the view could not be refreshed while it is read.
CREATE UNIQUE INDEX "course_statistics_course_key" ON "learning"."course_statistics" ("course_id");

CREATE FUNCTION "learning"."refresh_course_statistics"() RETURNS VOID
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_try_advisory_xact_lock(hashtextextended('learning.refresh_course_statistics', 0)) THEN
    REFRESH MATERIALIZED VIEW CONCURRENTLY "learning"."course_statistics";
  END IF;
END
$$;
