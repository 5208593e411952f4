-- The outbox, inbox and dead letters of one schema. A subgraph's first migration has these statements
-- with its own schema's name; the files of src/postgres/ read and write them.
CREATE TABLE "SCHEMA"."outbox" (
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
CREATE INDEX "outbox_unpublished_idx" ON "SCHEMA"."outbox" ("available_at") WHERE "published_at" IS NULL;
CREATE INDEX "outbox_published_idx" ON "SCHEMA"."outbox" ("published_at") WHERE "published_at" IS NOT NULL;

CREATE TABLE "SCHEMA"."inbox" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
CREATE INDEX "inbox_processed_idx" ON "SCHEMA"."inbox" ("processed_at");

CREATE TABLE "SCHEMA"."dead_letters" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "event" JSONB NOT NULL,
  "error" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "failed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
