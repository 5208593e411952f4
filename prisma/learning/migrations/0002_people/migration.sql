-- What people tell of themselves, and to whom ------------------------------------------------------

ALTER TABLE "learning"."users"
  ADD COLUMN "bio" TEXT NOT NULL DEFAULT '',
  -- Set by an admin; whoever is suspended has no session.
  ADD COLUMN "suspended_at" TIMESTAMPTZ(3);

-- Whether other people who are signed in, and do not teach her, see this of her.
ALTER TABLE "learning"."user_preferences"
  ADD COLUMN "shows_name" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "shows_bio" BOOLEAN NOT NULL DEFAULT true;

-- Sessions -----------------------------------------------------------------------------------------

ALTER TABLE "learning"."user_sessions"
  -- Such as "Firefox on Linux". No network address: nobody needs it to recognise her own devices.
  ADD COLUMN "device" TEXT,
  -- Null until the first refresh.
  ADD COLUMN "last_used_at" TIMESTAMPTZ(3);

-- An admin's sessions as somebody else. Each is a session of that person, without a refresh token.
CREATE TABLE "learning"."impersonations" (
  "session_id" UUID PRIMARY KEY,
  "admin_id" UUID NOT NULL,
  "reason" TEXT NOT NULL,
  CONSTRAINT "impersonations_session_id_fkey" FOREIGN KEY ("session_id")
    REFERENCES "learning"."user_sessions" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "impersonations_admin_id_fkey" FOREIGN KEY ("admin_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- Serves ending what an admin has begun, when she is one no longer.
CREATE INDEX "impersonations_admin_idx" ON "learning"."impersonations" ("admin_id");

-- Mail ---------------------------------------------------------------------------------------------

-- Accounts to be, until their address is verified. Of one address there may be several: whoever reads its mails does not
-- tell who registered it, so each link goes with the password that was registered with it.
CREATE TABLE "learning"."pending_registrations" (
  -- The link in the mail is made of it, and of a key that is not in the database.
  "id" UUID PRIMARY KEY,
  "email" TEXT NOT NULL,
  "password_hash" TEXT NOT NULL,
  "display_name" TEXT NOT NULL,
  "language" TEXT NOT NULL,
  "time_zone" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "pending_registrations_email_normalised" CHECK ("email" = lower(btrim("email"))),
  CONSTRAINT "pending_registrations_language_known" CHECK ("language" IN ('en', 'es', 'pt'))
);
-- Serves taking away the others when one is verified.
CREATE INDEX "pending_registrations_email_idx" ON "learning"."pending_registrations" ("email");
CREATE INDEX "pending_registrations_expiry_idx" ON "learning"."pending_registrations" ("expires_at");

-- What a link in a mail allows, once. Its token is this id and a code that only a holder of the key can make.
CREATE TABLE "learning"."mailed_tokens" (
  "id" UUID PRIMARY KEY,
  "purpose" TEXT NOT NULL,
  -- Null for an address that nobody has: as much is written for it as for one that is known.
  "user_id" UUID,
  -- The address that 'change-email' proves.
  "new_email" TEXT,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "mailed_tokens_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "mailed_tokens_purpose_known" CHECK ("purpose" IN ('reset-password', 'change-email')),
  CONSTRAINT "mailed_tokens_new_email_set" CHECK (("purpose" = 'change-email') = ("new_email" IS NOT NULL))
);
CREATE INDEX "mailed_tokens_user_idx" ON "learning"."mailed_tokens" ("user_id");
CREATE INDEX "mailed_tokens_expiry_idx" ON "learning"."mailed_tokens" ("expires_at");

-- Mails to be sent, and for a week those that were. Ids only: address, link and text are made when one is sent.
CREATE TABLE "learning"."mail_queue" (
  "id" UUID PRIMARY KEY,
  "template" TEXT NOT NULL,
  "language" TEXT NOT NULL,
  "user_id" UUID,
  -- Of a pending registration or a mailed token, as the template says.
  "token_id" UUID,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  -- When it may be sent; in the future while somebody sends it, or after a failure.
  "available_at" TIMESTAMPTZ(3) NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "sent_at" TIMESTAMPTZ(3),
  -- Given up.
  "failed_at" TIMESTAMPTZ(3),
  CONSTRAINT "mail_queue_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "mail_queue_language_known" CHECK ("language" IN ('en', 'es', 'pt'))
);
-- Serves the worker's look for what is due.
CREATE INDEX "mail_queue_due_idx" ON "learning"."mail_queue" ("available_at")
  WHERE "sent_at" IS NULL AND "failed_at" IS NULL;
CREATE INDEX "mail_queue_age_idx" ON "learning"."mail_queue" ("created_at");

-- How many mails of a kind were asked for to an address, known or not, in the hour that began with the first.
CREATE TABLE "learning"."mail_limits" (
  "address_hash" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "began_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("address_hash", "kind")
);
CREATE INDEX "mail_limits_age_idx" ON "learning"."mail_limits" ("began_at");
