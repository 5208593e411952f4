-- no-transaction
-- Serves ending what has expired: few rows, because they leave it when they end.
CREATE INDEX CONCURRENTLY "enrollments_expiry_idx" ON "learning"."enrollments" ("expires_at")
  WHERE "status" <> 'ENDED' AND "expires_at" IS NOT NULL;
