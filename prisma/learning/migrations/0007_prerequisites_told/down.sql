-- What is told cannot be taken back; what waits is not told by a release that does not know of it.
DELETE FROM "learning"."outbox" WHERE "type" = 'completion.restated' AND "published_at" IS NULL;
