CREATE TABLE "content"."content_assets" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "uploaded_by" UUID NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'PENDING',
  "upload_key" TEXT NOT NULL,
  "object_key" TEXT,
  "file_name" TEXT NOT NULL,
  "content_type" TEXT NOT NULL,
  "size_bytes" BIGINT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "ready_at" TIMESTAMPTZ(3),
  CONSTRAINT "content_assets_status_check" CHECK ("status" IN ('PENDING', 'READY', 'REJECTED')),
  CONSTRAINT "content_assets_size_check" CHECK ("size_bytes" > 0),
  CONSTRAINT "content_assets_file_name_check" CHECK (char_length("file_name") BETWEEN 1 AND 255),
  -- Whatever is READY has a checked copy to serve.
  CONSTRAINT "content_assets_ready_check" CHECK (
    ("status" = 'READY') = ("object_key" IS NOT NULL AND "ready_at" IS NOT NULL)
  )
);
CREATE UNIQUE INDEX "content_assets_upload_key_key" ON "content"."content_assets" ("upload_key");
CREATE UNIQUE INDEX "content_assets_object_key_key" ON "content"."content_assets" ("object_key");
CREATE INDEX "content_assets_course_idx" ON "content"."content_assets" ("course_id", "id");

-- From packages/events/src/postgres/tables.sql. Events of content come from its Mongo database today;
-- these are here so that a change of an asset can emit one without a new migration.
CREATE TABLE "content"."outbox" (
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
CREATE INDEX "outbox_unpublished_idx" ON "content"."outbox" ("available_at") WHERE "published_at" IS NULL;
CREATE INDEX "outbox_published_idx" ON "content"."outbox" ("published_at") WHERE "published_at" IS NOT NULL;

CREATE TABLE "content"."inbox" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
CREATE INDEX "inbox_processed_idx" ON "content"."inbox" ("processed_at");

CREATE TABLE "content"."dead_letters" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "event" JSONB NOT NULL,
  "error" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "failed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
