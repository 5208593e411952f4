-- no-transaction
-- Serves the search for people by how their name begins.
CREATE INDEX CONCURRENTLY "users_name_prefix_idx" ON "learning"."users" (lower("display_name") text_pattern_ops);
