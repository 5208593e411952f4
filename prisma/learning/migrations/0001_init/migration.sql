-- Trigrams find a course despite a typing error. In "public", because other schemas may use it too.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- People -------------------------------------------------------------------------------------------

CREATE TABLE "learning"."users" (
  "id" UUID PRIMARY KEY,
  -- Normalised by the service; the check keeps every other writer to it.
  "email" TEXT NOT NULL,
  "password_hash" TEXT NOT NULL,
  "display_name" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "users_email_normalised" CHECK ("email" = lower(btrim("email"))),
  CONSTRAINT "users_role_known" CHECK ("role" IN ('student', 'instructor', 'admin'))
);
CREATE UNIQUE INDEX "users_email_key" ON "learning"."users" ("email");
-- Serves the check that an admin is left: few rows, whatever the number of students.
CREATE INDEX "users_staff_idx" ON "learning"."users" ("role") WHERE "role" <> 'student';

CREATE TABLE "learning"."user_preferences" (
  "user_id" UUID PRIMARY KEY,
  "language" TEXT NOT NULL,
  "time_zone" TEXT NOT NULL,
  CONSTRAINT "user_preferences_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "user_preferences_language_known" CHECK ("language" IN ('en', 'es', 'pt'))
);

CREATE TABLE "learning"."user_sessions" (
  "id" UUID PRIMARY KEY,
  "user_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "revoked_at" TIMESTAMPTZ(3),
  "revoke_reason" TEXT,
  CONSTRAINT "user_sessions_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- Serves a user's live sessions: oldest first when a fourth one starts, all of them on a replay.
CREATE INDEX "user_sessions_live_idx" ON "learning"."user_sessions" ("user_id", "created_at")
  WHERE "revoked_at" IS NULL;
-- Serves reloading the session store when the process starts.
CREATE INDEX "user_sessions_expiry_idx" ON "learning"."user_sessions" ("expires_at");

-- Every refresh token a session ever had: a used one that comes again betrays a theft.
CREATE TABLE "learning"."user_session_tokens" (
  "token_hash" TEXT PRIMARY KEY,
  "session_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "used_at" TIMESTAMPTZ(3),
  CONSTRAINT "user_session_tokens_session_id_fkey" FOREIGN KEY ("session_id")
    REFERENCES "learning"."user_sessions" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "user_session_tokens_session_idx" ON "learning"."user_session_tokens" ("session_id");

-- By the hash of the e-mail address and not by user, so that an unknown address is locked just like a known one.
CREATE TABLE "learning"."log_in_failures" (
  "email_hash" TEXT PRIMARY KEY,
  "failures" INTEGER NOT NULL,
  "last_failed_at" TIMESTAMPTZ(3) NOT NULL,
  "locked_until" TIMESTAMPTZ(3)
);

-- Catalogue ----------------------------------------------------------------------------------------

-- A generated column wants an immutable expression; a cast from text to regconfig is not one.
CREATE FUNCTION "learning"."text_search_config"("language" TEXT) RETURNS REGCONFIG
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE "language"
    WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
    WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
    ELSE 'pg_catalog.english'::regconfig
  END;

CREATE TABLE "learning"."courses" (
  "id" UUID PRIMARY KEY,
  "slug" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "summary" TEXT NOT NULL DEFAULT '',
  "description" TEXT NOT NULL DEFAULT '',
  "level" TEXT NOT NULL,
  "language" TEXT NOT NULL,
  "access" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'DRAFT',
  "capacity" INTEGER,
  -- Live enrolments. Changed only together with them, under the row's lock.
  "enrolled_count" INTEGER NOT NULL DEFAULT 0,
  "version" INTEGER NOT NULL DEFAULT 1,
  "published_at" TIMESTAMPTZ(3),
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "search" TSVECTOR GENERATED ALWAYS AS (
    setweight(to_tsvector("learning"."text_search_config"("language"), "title"), 'A') ||
    setweight(to_tsvector("learning"."text_search_config"("language"), "summary"), 'B') ||
    setweight(to_tsvector("learning"."text_search_config"("language"), "description"), 'C')
  ) STORED,
  CONSTRAINT "courses_level_known" CHECK ("level" IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
  CONSTRAINT "courses_language_known" CHECK ("language" IN ('en', 'es', 'pt')),
  CONSTRAINT "courses_access_known" CHECK ("access" IN ('FREE', 'PAID')),
  CONSTRAINT "courses_status_known" CHECK ("status" IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  CONSTRAINT "courses_published_at_set" CHECK ("status" = 'DRAFT' OR "published_at" IS NOT NULL),
  CONSTRAINT "courses_seats" CHECK ("enrolled_count" >= 0 AND ("capacity" IS NULL OR "enrolled_count" <= "capacity"))
);
CREATE UNIQUE INDEX "courses_slug_key" ON "learning"."courses" ("slug");
-- Serves the catalogue: newest first.
CREATE INDEX "courses_catalogue_idx" ON "learning"."courses" ("published_at" DESC, "id" DESC)
  WHERE "status" = 'PUBLISHED';
CREATE INDEX "courses_search_idx" ON "learning"."courses" USING GIN ("search");
CREATE INDEX "courses_title_trigrams_idx" ON "learning"."courses" USING GIN ("title" public.gin_trgm_ops);

-- Every slug a course ever had, the present one too: old links lead on, and no course takes another's.
CREATE TABLE "learning"."course_slugs" (
  "slug" TEXT PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "course_slugs_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE
    -- A new course claims its slug before it is written: a slug that is taken leaves nothing to undo.
    DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "course_slugs_course_idx" ON "learning"."course_slugs" ("course_id");

CREATE TABLE "learning"."course_instructors" (
  "course_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("course_id", "user_id"),
  CONSTRAINT "course_instructors_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_instructors_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "course_instructors_user_idx" ON "learning"."course_instructors" ("user_id");

CREATE TABLE "learning"."course_modules" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "title" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  CONSTRAINT "course_modules_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_modules_position_positive" CHECK ("position" > 0),
  -- What lessons refer to, so that a lesson's course is always its module's.
  CONSTRAINT "course_modules_id_course_id_key" UNIQUE ("id", "course_id"),
  -- Deferrable: a reordering passes through duplicates.
  CONSTRAINT "course_modules_course_id_position_key" UNIQUE ("course_id", "position") DEFERRABLE INITIALLY IMMEDIATE
);

CREATE TABLE "learning"."lessons" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "module_id" UUID NOT NULL,
  "title" TEXT NOT NULL,
  "summary" TEXT NOT NULL DEFAULT '',
  "body" TEXT NOT NULL DEFAULT '',
  "kind" TEXT NOT NULL,
  "difficulty" INTEGER,
  "position" INTEGER NOT NULL,
  "is_published" BOOLEAN NOT NULL,
  "is_preview" BOOLEAN NOT NULL,
  "duration_minutes" INTEGER,
  "external_key" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "lessons_module_id_course_id_fkey" FOREIGN KEY ("module_id", "course_id")
    REFERENCES "learning"."course_modules" ("id", "course_id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "lessons_kind_known" CHECK ("kind" IN ('CONCEPT', 'EXERCISE', 'VIDEO', 'READING')),
  CONSTRAINT "lessons_difficulty_range" CHECK ("difficulty" BETWEEN 1 AND 10),
  CONSTRAINT "lessons_position_positive" CHECK ("position" > 0),
  CONSTRAINT "lessons_id_course_id_key" UNIQUE ("id", "course_id"),
  CONSTRAINT "lessons_module_id_position_key" UNIQUE ("module_id", "position") DEFERRABLE INITIALLY IMMEDIATE
);
-- Serves counting a course's published lessons.
CREATE INDEX "lessons_published_idx" ON "learning"."lessons" ("course_id") WHERE "is_published";
CREATE UNIQUE INDEX "lessons_external_key_key" ON "learning"."lessons" ("course_id", "external_key")
  WHERE "external_key" IS NOT NULL;

-- Both ends lie in one course. That it has no cycle is checked by the service, under the course's lock.
CREATE TABLE "learning"."lesson_prerequisites" (
  "lesson_id" UUID NOT NULL,
  "prerequisite_id" UUID NOT NULL,
  "course_id" UUID NOT NULL,
  PRIMARY KEY ("lesson_id", "prerequisite_id"),
  CONSTRAINT "lesson_prerequisites_lesson_fkey" FOREIGN KEY ("lesson_id", "course_id")
    REFERENCES "learning"."lessons" ("id", "course_id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "lesson_prerequisites_prerequisite_fkey" FOREIGN KEY ("prerequisite_id", "course_id")
    REFERENCES "learning"."lessons" ("id", "course_id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "lesson_prerequisites_not_itself" CHECK ("lesson_id" <> "prerequisite_id")
);
CREATE INDEX "lesson_prerequisites_prerequisite_idx" ON "learning"."lesson_prerequisites" ("prerequisite_id");
CREATE INDEX "lesson_prerequisites_course_idx" ON "learning"."lesson_prerequisites" ("course_id");

-- Enrolment ----------------------------------------------------------------------------------------

CREATE TABLE "learning"."enrollments" (
  "id" UUID PRIMARY KEY,
  "user_id" UUID NOT NULL,
  "course_id" UUID NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'ACTIVE',
  -- The order line that paid for it; null when the course was free.
  "order_id" TEXT,
  "order_line_id" TEXT,
  -- Written only by the triggers below.
  "completed_lesson_count" INTEGER NOT NULL DEFAULT 0,
  "progress_percent" DOUBLE PRECISION NOT NULL DEFAULT 0,
  "enrolled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "completed_at" TIMESTAMPTZ(3),
  "ended_at" TIMESTAMPTZ(3),
  CONSTRAINT "enrollments_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "enrollments_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "enrollments_status_known" CHECK ("status" IN ('ACTIVE', 'COMPLETED', 'ENDED')),
  CONSTRAINT "enrollments_progress_range" CHECK ("progress_percent" BETWEEN 0 AND 100),
  CONSTRAINT "enrollments_completed_at_set" CHECK ("status" <> 'COMPLETED' OR "completed_at" IS NOT NULL),
  CONSTRAINT "enrollments_ended_at_set" CHECK (("status" = 'ENDED') = ("ended_at" IS NOT NULL))
);
-- One live enrolment of a person in a course; ended ones stay beside it.
CREATE UNIQUE INDEX "enrollments_live_key" ON "learning"."enrollments" ("user_id", "course_id")
  WHERE "status" <> 'ENDED';
CREATE UNIQUE INDEX "enrollments_order_line_key" ON "learning"."enrollments" ("order_line_id")
  WHERE "order_line_id" IS NOT NULL;
-- Serves a person's enrolments, newest first.
CREATE INDEX "enrollments_user_idx" ON "learning"."enrollments" ("user_id", "enrolled_at" DESC, "id" DESC);
-- Serves recalculating a course.
CREATE INDEX "enrollments_course_idx" ON "learning"."enrollments" ("course_id", "status");

-- What happened to enrolments, one row for each change of state; never updated.
CREATE TABLE "learning"."enrollment_history" (
  "id" UUID PRIMARY KEY,
  "enrollment_id" UUID NOT NULL,
  "status" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "progress_percent" DOUBLE PRECISION NOT NULL,
  "happened_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "enrollment_history_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "enrollment_history_enrollment_idx" ON "learning"."enrollment_history" ("enrollment_id");

-- A refund may arrive before the payment it takes back: then the payment must not enrol any more.
CREATE TABLE "learning"."projection_refunded_order_lines" (
  "order_line_id" TEXT PRIMARY KEY,
  "order_id" TEXT NOT NULL,
  "refunded_at" TIMESTAMPTZ(3) NOT NULL
);

-- Commerce's prices and content's ratings, for sorting. No foreign key: events come in any order.
CREATE TABLE "learning"."projection_course_prices" (
  "course_id" UUID PRIMARY KEY,
  "amount_minor" BIGINT NOT NULL,
  "currency" TEXT NOT NULL,
  "version" INTEGER NOT NULL
);
CREATE TABLE "learning"."projection_course_ratings" (
  "course_id" UUID PRIMARY KEY,
  "average" DOUBLE PRECISION NOT NULL,
  "count" INTEGER NOT NULL,
  "version" INTEGER NOT NULL
);

-- Progress -----------------------------------------------------------------------------------------

CREATE TABLE "learning"."lesson_progress" (
  "enrollment_id" UUID NOT NULL,
  "lesson_id" UUID NOT NULL,
  "completed_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("enrollment_id", "lesson_id"),
  CONSTRAINT "lesson_progress_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "lesson_progress_lesson_id_fkey" FOREIGN KEY ("lesson_id")
    REFERENCES "learning"."lessons" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "lesson_progress_lesson_idx" ON "learning"."lesson_progress" ("lesson_id");

-- Counts completed published lessons of enrolments whose rows the caller has locked. Progress falls only when
-- "may_fall" says so (lessons were added, or an admin reset), and a completed enrolment stays at 100.
CREATE FUNCTION "learning"."recalculate_progress"("enrollment_ids" UUID[], "may_fall" BOOLEAN) RETURNS VOID
  LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "learning"."enrollments" AS e
     SET "completed_lesson_count" = counted."completed",
         "progress_percent" = CASE
           WHEN e."status" = 'COMPLETED' THEN 100
           WHEN "may_fall" THEN counted."percent"
           ELSE greatest(e."progress_percent", counted."percent")
         END
    FROM (
      SELECT en."id",
             count(lp."lesson_id") AS "completed",
             CASE WHEN count(l."id") = 0 THEN 0
                  ELSE least(100, round(100.0 * count(lp."lesson_id") / count(l."id"), 2))
             END::double precision AS "percent"
        FROM "learning"."enrollments" AS en
        LEFT JOIN "learning"."lessons" AS l ON l."course_id" = en."course_id" AND l."is_published"
        LEFT JOIN "learning"."lesson_progress" AS lp ON lp."enrollment_id" = en."id" AND lp."lesson_id" = l."id"
       WHERE en."id" = ANY ("enrollment_ids")
       GROUP BY en."id"
    ) AS counted
   WHERE e."id" = counted."id" AND e."status" <> 'ENDED';
END
$$;

CREATE FUNCTION "learning"."lesson_progress_changed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  "changed" UUID := CASE WHEN TG_OP = 'DELETE' THEN OLD."enrollment_id" ELSE NEW."enrollment_id" END;
  -- A reset. When the lesson itself is gone its progress goes with it, and that is no reason to fall.
  "is_reset" BOOLEAN := TG_OP = 'DELETE'
    AND EXISTS (SELECT 1 FROM "learning"."lessons" WHERE "id" = OLD."lesson_id");
BEGIN
  -- A statement of its own: the count that follows must see what the lock's former holder committed.
  PERFORM 1 FROM "learning"."enrollments" WHERE "id" = "changed" FOR NO KEY UPDATE;
  PERFORM "learning"."recalculate_progress"(ARRAY["changed"], "is_reset");
  RETURN NULL;
END
$$;
CREATE TRIGGER "lesson_progress_recalculate"
  AFTER INSERT OR DELETE ON "learning"."lesson_progress"
  FOR EACH ROW EXECUTE FUNCTION "learning"."lesson_progress_changed"();

CREATE FUNCTION "learning"."published_lessons_changed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  "changed" UUID := CASE WHEN TG_OP = 'DELETE' THEN OLD."course_id" ELSE NEW."course_id" END;
  "gained" BOOLEAN := CASE WHEN TG_OP = 'DELETE' THEN false ELSE NEW."is_published" END;
  "affected" UUID[];
BEGIN
  -- In the order of ids, so that two of these never wait for each other.
  SELECT array_agg(locked."id") INTO "affected" FROM (
    SELECT "id" FROM "learning"."enrollments"
     WHERE "course_id" = "changed" AND "status" <> 'ENDED' ORDER BY "id" FOR NO KEY UPDATE
  ) AS locked;
  IF "affected" IS NOT NULL THEN
    PERFORM "learning"."recalculate_progress"("affected", "gained");
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "lessons_recalculate_on_insert" AFTER INSERT ON "learning"."lessons"
  FOR EACH ROW WHEN (NEW."is_published") EXECUTE FUNCTION "learning"."published_lessons_changed"();
CREATE TRIGGER "lessons_recalculate_on_update" AFTER UPDATE OF "is_published" ON "learning"."lessons"
  FOR EACH ROW WHEN (OLD."is_published" <> NEW."is_published") EXECUTE FUNCTION "learning"."published_lessons_changed"();
CREATE TRIGGER "lessons_recalculate_on_delete" AFTER DELETE ON "learning"."lessons"
  FOR EACH ROW WHEN (OLD."is_published") EXECUTE FUNCTION "learning"."published_lessons_changed"();

-- Assessment ---------------------------------------------------------------------------------------

CREATE TABLE "learning"."assignments" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "kind" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "pass_percent" INTEGER NOT NULL,
  "max_attempts" INTEGER,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "assignments_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "assignments_kind_known" CHECK ("kind" IN ('QUIZ')),
  CONSTRAINT "assignments_pass_percent_range" CHECK ("pass_percent" BETWEEN 1 AND 100),
  CONSTRAINT "assignments_max_attempts_positive" CHECK ("max_attempts" > 0)
);
CREATE INDEX "assignments_course_idx" ON "learning"."assignments" ("course_id", "id");

CREATE TABLE "learning"."quiz_questions" (
  "id" UUID PRIMARY KEY,
  "assignment_id" UUID NOT NULL,
  "position" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  -- [{ "id", "text", "isCorrect" }], in the order shown.
  "choices" JSONB NOT NULL,
  CONSTRAINT "quiz_questions_assignment_id_fkey" FOREIGN KEY ("assignment_id")
    REFERENCES "learning"."assignments" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "quiz_questions_assignment_id_position_key" UNIQUE ("assignment_id", "position") DEFERRABLE INITIALLY IMMEDIATE
);

CREATE TABLE "learning"."assignment_submissions" (
  "id" UUID PRIMARY KEY,
  "assignment_id" UUID NOT NULL,
  "enrollment_id" UUID NOT NULL,
  -- The client's name for this attempt: sending it twice counts once.
  "client_attempt_id" TEXT NOT NULL,
  -- [{ "questionId", "choiceIds", "correct", "correctChoiceIds" }]: as graded then, whatever the quiz becomes.
  "results" JSONB NOT NULL,
  "score_percent" DOUBLE PRECISION NOT NULL,
  "passed" BOOLEAN NOT NULL,
  "submitted_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "assignment_submissions_assignment_id_fkey" FOREIGN KEY ("assignment_id")
    REFERENCES "learning"."assignments" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "assignment_submissions_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "assignment_submissions_score_range" CHECK ("score_percent" BETWEEN 0 AND 100)
);
CREATE UNIQUE INDEX "assignment_submissions_client_attempt_key"
  ON "learning"."assignment_submissions" ("enrollment_id", "assignment_id", "client_attempt_id");
CREATE INDEX "assignment_submissions_assignment_idx" ON "learning"."assignment_submissions" ("assignment_id");

CREATE TABLE "learning"."certificates" (
  "id" UUID PRIMARY KEY,
  "enrollment_id" UUID NOT NULL,
  "verification_code" TEXT NOT NULL,
  -- As they read on the day of issue.
  "student_name" TEXT NOT NULL,
  "course_title" TEXT NOT NULL,
  "issued_at" TIMESTAMPTZ(3) NOT NULL,
  "revoked_at" TIMESTAMPTZ(3),
  CONSTRAINT "certificates_enrollment_id_fkey" FOREIGN KEY ("enrollment_id")
    REFERENCES "learning"."enrollments" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "certificates_enrollment_id_key" ON "learning"."certificates" ("enrollment_id");
CREATE UNIQUE INDEX "certificates_verification_code_key" ON "learning"."certificates" ("verification_code");

-- Events -------------------------------------------------------------------------------------------

-- The outbox, inbox and dead letters of one schema. A subgraph's first migration has these statements
-- with its own schema's name; src/postgres/unit-of-work.ts reads and writes them.
CREATE TABLE "learning"."outbox" (
  "event_id" UUID PRIMARY KEY,
  "type" TEXT NOT NULL,
  "aggregate_id" TEXT NOT NULL,
  "aggregate_version" INTEGER NOT NULL,
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  "data" JSONB NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "published_at" TIMESTAMPTZ(3)
);
-- Serves the relay's lease: only unpublished rows are in it, so it stays small.
CREATE INDEX "outbox_unpublished_idx" ON "learning"."outbox" ("available_at") WHERE "published_at" IS NULL;
CREATE INDEX "outbox_published_idx" ON "learning"."outbox" ("published_at") WHERE "published_at" IS NOT NULL;

CREATE TABLE "learning"."inbox" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
CREATE INDEX "inbox_processed_idx" ON "learning"."inbox" ("processed_at");

CREATE TABLE "learning"."dead_letters" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "event" JSONB NOT NULL,
  "error" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "failed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
