-- no-transaction
DROP INDEX CONCURRENTLY "learning"."users_email_prefix_idx";
