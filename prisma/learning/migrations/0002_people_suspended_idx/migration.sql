-- no-transaction
-- Serves the list of the suspended: few rows, whatever the number of people.
CREATE INDEX CONCURRENTLY "users_suspended_idx" ON "learning"."users" ("id") WHERE "suspended_at" IS NOT NULL;
