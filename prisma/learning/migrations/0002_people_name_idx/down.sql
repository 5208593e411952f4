-- no-transaction
DROP INDEX CONCURRENTLY "learning"."users_name_prefix_idx";
