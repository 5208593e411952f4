-- no-transaction
-- Serves the search for people by how their address begins, whatever the collation.
CREATE INDEX CONCURRENTLY "users_email_prefix_idx" ON "learning"."users" ("email" text_pattern_ops);
