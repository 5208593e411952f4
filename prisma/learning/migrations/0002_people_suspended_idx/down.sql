-- no-transaction
DROP INDEX CONCURRENTLY "learning"."users_suspended_idx";
