-- no-transaction
DROP INDEX CONCURRENTLY "learning"."enrollments_roster_idx";
