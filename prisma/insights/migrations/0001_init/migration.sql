-- Facts of learning, as insights was told of them by events.
CREATE TABLE "insights"."projection_courses" (
  "course_id" UUID PRIMARY KEY,
  "title" TEXT NOT NULL,
  "version" INTEGER NOT NULL
);

CREATE TABLE "insights"."projection_course_instructors" (
  "course_id" UUID NOT NULL
    REFERENCES "insights"."projection_courses" ("course_id") ON DELETE CASCADE ON UPDATE NO ACTION,
  "user_id" UUID NOT NULL,
  PRIMARY KEY ("course_id", "user_id")
);
-- Serves "which courses does this person teach".
CREATE INDEX "projection_course_instructors_user_idx"
  ON "insights"."projection_course_instructors" ("user_id");

-- Events: the same statements in every schema (packages/events/src/postgres/tables.sql).
CREATE TABLE "insights"."outbox" (
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
CREATE INDEX "outbox_unpublished_idx" ON "insights"."outbox" ("available_at") WHERE "published_at" IS NULL;
CREATE INDEX "outbox_published_idx" ON "insights"."outbox" ("published_at") WHERE "published_at" IS NOT NULL;

CREATE TABLE "insights"."inbox" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
CREATE INDEX "inbox_processed_idx" ON "insights"."inbox" ("processed_at");

CREATE TABLE "insights"."dead_letters" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "event" JSONB NOT NULL,
  "error" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "failed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
