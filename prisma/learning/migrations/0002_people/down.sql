-- Undoes 0002_people. Impersonations end, so that nobody goes on as somebody else unseen; who is suspended is forgotten.
UPDATE "learning"."user_sessions" SET "revoked_at" = now(), "revoke_reason" = 'ROLLED_BACK'
 WHERE "revoked_at" IS NULL AND "id" IN (SELECT "session_id" FROM "learning"."impersonations");
DROP TABLE "learning"."mail_limits";
DROP TABLE "learning"."mail_queue";
DROP TABLE "learning"."mailed_tokens";
DROP TABLE "learning"."pending_registrations";
DROP TABLE "learning"."impersonations";
ALTER TABLE "learning"."user_sessions" DROP COLUMN "device", DROP COLUMN "last_used_at";
ALTER TABLE "learning"."user_preferences" DROP COLUMN "shows_name", DROP COLUMN "shows_bio";
ALTER TABLE "learning"."users" DROP COLUMN "bio", DROP COLUMN "suspended_at";
