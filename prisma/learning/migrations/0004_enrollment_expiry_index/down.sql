-- no-transaction
DROP INDEX CONCURRENTLY "learning"."enrollments_expiry_idx";
