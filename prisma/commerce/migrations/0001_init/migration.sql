-- Money is BIGINT in the currency's smallest unit, at most 10^12, so that no sum of an order overflows.

CREATE TABLE "commerce"."course_prices" (
  "course_id" UUID PRIMARY KEY,
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" BETWEEN 0 AND 1000000000000),
  "currency" TEXT NOT NULL CHECK ("currency" IN ('EUR', 'USD', 'GBP', 'BRL', 'MXN')),
  "version" INTEGER NOT NULL DEFAULT 1,
  "updated_by" UUID NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL
);

CREATE TABLE "commerce"."coupons" (
  "id" UUID PRIMARY KEY,
  "code" TEXT NOT NULL CHECK ("code" ~ '^[A-Z0-9_-]{3,40}$'),
  "percent_off" INTEGER CHECK ("percent_off" BETWEEN 1 AND 100),
  "amount_off_minor" BIGINT CHECK ("amount_off_minor" BETWEEN 1 AND 1000000000000),
  "currency" TEXT CHECK ("currency" IN ('EUR', 'USD', 'GBP', 'BRL', 'MXN')),
  "course_id" UUID,
  "valid_until" TIMESTAMPTZ(3),
  "max_uses" INTEGER CHECK ("max_uses" > 0),
  "uses" INTEGER NOT NULL DEFAULT 0,
  "created_by" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "coupons_one_kind_check" CHECK (num_nonnulls("percent_off", "amount_off_minor") = 1),
  CONSTRAINT "coupons_amount_currency_check" CHECK (("amount_off_minor" IS NULL) = ("currency" IS NULL)),
  -- The last line of defence of concurrent reservations.
  CONSTRAINT "coupons_uses_check" CHECK ("uses" >= 0 AND ("max_uses" IS NULL OR "uses" <= "max_uses"))
);
CREATE UNIQUE INDEX "coupons_code_key" ON "commerce"."coupons" ("code");

CREATE TABLE "commerce"."payment_orders" (
  "id" UUID PRIMARY KEY,
  "user_id" UUID NOT NULL,
  "idempotency_key" TEXT NOT NULL,
  "request_hash" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'PENDING'
    CHECK ("status" IN ('PENDING', 'PAID', 'PARTIALLY_REFUNDED', 'REFUNDED', 'CANCELLED', 'FAILED')),
  "currency" TEXT NOT NULL CHECK ("currency" IN ('EUR', 'USD', 'GBP', 'BRL', 'MXN')),
  "subtotal_minor" BIGINT NOT NULL CHECK ("subtotal_minor" >= 0),
  "discount_minor" BIGINT NOT NULL CHECK ("discount_minor" BETWEEN 0 AND "subtotal_minor"),
  "total_minor" BIGINT NOT NULL,
  "coupon_id" UUID REFERENCES "commerce"."coupons" ("id"),
  "coupon_code" TEXT,
  "provider_reference" TEXT,
  "checkout_url" TEXT,
  "payment_reference" TEXT,
  "failure_reason" TEXT,
  "version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "paid_at" TIMESTAMPTZ(3),
  "cancelled_at" TIMESTAMPTZ(3),
  CONSTRAINT "payment_orders_total_check" CHECK ("total_minor" = "subtotal_minor" - "discount_minor"),
  CONSTRAINT "payment_orders_paid_check"
    CHECK (("status" IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')) = ("paid_at" IS NOT NULL)),
  CONSTRAINT "payment_orders_cancelled_check" CHECK (("status" = 'CANCELLED') = ("cancelled_at" IS NOT NULL))
);
CREATE UNIQUE INDEX "payment_orders_user_id_idempotency_key_key"
  ON "commerce"."payment_orders" ("user_id", "idempotency_key");
CREATE UNIQUE INDEX "payment_orders_provider_reference_idx"
  ON "commerce"."payment_orders" ("provider_reference") WHERE "provider_reference" IS NOT NULL;
-- A person's orders, newest first: UUIDv7 sorts by time.
CREATE INDEX "payment_orders_user_id_id_idx" ON "commerce"."payment_orders" ("user_id", "id" DESC);
CREATE INDEX "payment_orders_expiry_idx"
  ON "commerce"."payment_orders" ("expires_at") WHERE "status" IN ('PENDING', 'FAILED');

CREATE TABLE "commerce"."order_lines" (
  "id" UUID PRIMARY KEY,
  "order_id" UUID NOT NULL REFERENCES "commerce"."payment_orders" ("id"),
  "position" INTEGER NOT NULL CHECK ("position" > 0),
  "course_id" UUID NOT NULL,
  "price_minor" BIGINT NOT NULL CHECK ("price_minor" >= 0),
  "discount_minor" BIGINT NOT NULL CHECK ("discount_minor" BETWEEN 0 AND "price_minor"),
  "total_minor" BIGINT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'PENDING'
    CHECK ("status" IN ('PENDING', 'PAID', 'REFUNDING', 'REFUNDED', 'CANCELLED')),
  CONSTRAINT "order_lines_total_check" CHECK ("total_minor" = "price_minor" - "discount_minor")
);
CREATE UNIQUE INDEX "order_lines_order_id_course_id_key" ON "commerce"."order_lines" ("order_id", "course_id");
CREATE UNIQUE INDEX "order_lines_order_id_position_key" ON "commerce"."order_lines" ("order_id", "position");

CREATE TABLE "commerce"."coupon_uses" (
  "id" UUID PRIMARY KEY,
  "coupon_id" UUID NOT NULL REFERENCES "commerce"."coupons" ("id"),
  "order_id" UUID NOT NULL REFERENCES "commerce"."payment_orders" ("id"),
  "user_id" UUID NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'RESERVED' CHECK ("status" IN ('RESERVED', 'USED', 'RELEASED')),
  "created_at" TIMESTAMPTZ(3) NOT NULL
);
CREATE UNIQUE INDEX "coupon_uses_order_id_key" ON "commerce"."coupon_uses" ("order_id");
CREATE INDEX "coupon_uses_coupon_id_idx" ON "commerce"."coupon_uses" ("coupon_id");

CREATE TABLE "commerce"."payment_transactions" (
  "id" UUID PRIMARY KEY,
  "order_id" UUID NOT NULL REFERENCES "commerce"."payment_orders" ("id"),
  "kind" TEXT NOT NULL CHECK ("kind" IN ('CHARGE', 'REFUND')),
  "status" TEXT NOT NULL CHECK ("status" IN ('SUCCEEDED', 'FAILED')),
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" >= 0),
  "currency" TEXT NOT NULL CHECK ("currency" IN ('EUR', 'USD', 'GBP', 'BRL', 'MXN')),
  "provider" TEXT NOT NULL,
  "provider_reference" TEXT NOT NULL,
  "reason" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX "payment_transactions_order_id_idx" ON "commerce"."payment_transactions" ("order_id");
-- Money moves once for each payment and refund of the provider; attempts may fail often.
CREATE UNIQUE INDEX "payment_transactions_succeeded_idx"
  ON "commerce"."payment_transactions" ("provider", "provider_reference") WHERE "status" = 'SUCCEEDED';

CREATE TABLE "commerce"."refunds" (
  "id" UUID PRIMARY KEY,
  "order_id" UUID NOT NULL REFERENCES "commerce"."payment_orders" ("id"),
  -- LINES gives order lines back; UNAPPLIED gives back money that came for a closed order.
  "kind" TEXT NOT NULL CHECK ("kind" IN ('LINES', 'UNAPPLIED')),
  "status" TEXT NOT NULL DEFAULT 'REQUESTED' CHECK ("status" IN ('REQUESTED', 'SUBMITTED', 'COMPLETED')),
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" >= 0),
  "currency" TEXT NOT NULL CHECK ("currency" IN ('EUR', 'USD', 'GBP', 'BRL', 'MXN')),
  "reason" TEXT NOT NULL,
  "requested_by" UUID,
  "payment_reference" TEXT,
  "provider_reference" TEXT,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
  "last_error" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "completed_at" TIMESTAMPTZ(3),
  CONSTRAINT "refunds_completed_check" CHECK (("status" = 'COMPLETED') = ("completed_at" IS NOT NULL)),
  CONSTRAINT "refunds_payment_check" CHECK ("amount_minor" = 0 OR "payment_reference" IS NOT NULL)
);
CREATE INDEX "refunds_order_id_idx" ON "commerce"."refunds" ("order_id");
CREATE INDEX "refunds_requested_idx" ON "commerce"."refunds" ("next_attempt_at") WHERE "status" = 'REQUESTED';

CREATE TABLE "commerce"."refund_lines" (
  "order_line_id" UUID PRIMARY KEY REFERENCES "commerce"."order_lines" ("id"),
  "refund_id" UUID NOT NULL REFERENCES "commerce"."refunds" ("id"),
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" >= 0)
);
CREATE INDEX "refund_lines_refund_id_idx" ON "commerce"."refund_lines" ("refund_id");

CREATE TABLE "commerce"."ledger_entries" (
  "id" UUID PRIMARY KEY,
  "transaction_id" UUID NOT NULL,
  "account" TEXT NOT NULL CHECK ("account" IN
    ('PROVIDER_CLEARING', 'COURSE_SALES', 'SALES_DISCOUNTS', 'SALES_REFUNDS', 'UNAPPLIED_PAYMENTS')),
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" <> 0),
  "currency" TEXT NOT NULL CHECK ("currency" IN ('EUR', 'USD', 'GBP', 'BRL', 'MXN')),
  "order_id" UUID NOT NULL REFERENCES "commerce"."payment_orders" ("id"),
  "refund_id" UUID REFERENCES "commerce"."refunds" ("id"),
  "created_at" TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX "ledger_entries_transaction_id_idx" ON "commerce"."ledger_entries" ("transaction_id");
CREATE INDEX "ledger_entries_order_id_idx" ON "commerce"."ledger_entries" ("order_id");

-- One statement inserts all entries of a transaction, and must leave it balanced.
CREATE FUNCTION "commerce"."ledger_entries_balance"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unbalanced RECORD;
BEGIN
  SELECT e."transaction_id", e."currency", sum(e."amount_minor") AS "difference" INTO unbalanced
    FROM "commerce"."ledger_entries" AS e
   WHERE e."transaction_id" IN (SELECT n."transaction_id" FROM "new_entries" AS n)
   GROUP BY e."transaction_id", e."currency"
  HAVING sum(e."amount_minor") <> 0
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % does not balance: % % too much',
      unbalanced."transaction_id", unbalanced."difference", unbalanced."currency"
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "ledger_entries_balance" AFTER INSERT ON "commerce"."ledger_entries"
  REFERENCING NEW TABLE AS "new_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION "commerce"."ledger_entries_balance"();

-- A ledger is corrected by further entries, never by changing old ones.
CREATE FUNCTION "commerce"."ledger_entries_immutable"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger entries are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "ledger_entries_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "commerce"."ledger_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION "commerce"."ledger_entries_immutable"();

CREATE TABLE "commerce"."webhook_inbox" (
  "provider" TEXT NOT NULL,
  "event_id" TEXT NOT NULL,
  "type" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "received_at" TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY ("provider", "event_id")
);

CREATE TABLE "commerce"."projection_courses" (
  "course_id" UUID PRIMARY KEY,
  "title" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "instructor_ids" UUID[] NOT NULL,
  "version" INTEGER NOT NULL
);

CREATE TABLE "commerce"."projection_enrollments" (
  "enrollment_id" UUID PRIMARY KEY,
  "user_id" UUID NOT NULL,
  "course_id" UUID NOT NULL,
  "order_line_id" UUID,
  "ended" BOOLEAN NOT NULL DEFAULT false
);
CREATE INDEX "projection_enrollments_user_id_course_id_idx"
  ON "commerce"."projection_enrollments" ("user_id", "course_id");
CREATE INDEX "projection_enrollments_order_line_id_idx"
  ON "commerce"."projection_enrollments" ("order_line_id") WHERE "order_line_id" IS NOT NULL;

CREATE TABLE "commerce"."sandbox_checkouts" (
  "id" TEXT PRIMARY KEY,
  "order_id" TEXT NOT NULL,
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" > 0),
  "currency" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'open' CHECK ("status" IN ('open', 'complete', 'expired')),
  "payment_intent" TEXT NOT NULL,
  "refunded_minor" BIGINT NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "sandbox_checkouts_refunded_check" CHECK ("refunded_minor" BETWEEN 0 AND "amount_minor")
);
CREATE UNIQUE INDEX "sandbox_checkouts_order_id_key" ON "commerce"."sandbox_checkouts" ("order_id");
CREATE UNIQUE INDEX "sandbox_checkouts_payment_intent_key" ON "commerce"."sandbox_checkouts" ("payment_intent");
CREATE INDEX "sandbox_checkouts_expiry_idx" ON "commerce"."sandbox_checkouts" ("expires_at") WHERE "status" = 'open';

CREATE TABLE "commerce"."sandbox_refunds" (
  "id" TEXT PRIMARY KEY,
  "idempotency_key" TEXT NOT NULL,
  "checkout_id" TEXT NOT NULL REFERENCES "commerce"."sandbox_checkouts" ("id"),
  "amount_minor" BIGINT NOT NULL CHECK ("amount_minor" > 0),
  "created_at" TIMESTAMPTZ(3) NOT NULL
);
CREATE UNIQUE INDEX "sandbox_refunds_idempotency_key_key" ON "commerce"."sandbox_refunds" ("idempotency_key");
CREATE INDEX "sandbox_refunds_checkout_id_idx" ON "commerce"."sandbox_refunds" ("checkout_id");

CREATE TABLE "commerce"."sandbox_deliveries" (
  "event_id" TEXT PRIMARY KEY,
  "type" TEXT NOT NULL,
  "payload" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_attempt_at" TIMESTAMPTZ(3),
  "delivered_at" TIMESTAMPTZ(3),
  "last_error" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX "sandbox_deliveries_due_idx"
  ON "commerce"."sandbox_deliveries" ("next_attempt_at") WHERE "delivered_at" IS NULL;

-- From packages/events/src/postgres/tables.sql.
CREATE TABLE "commerce"."outbox" (
  "event_id" UUID PRIMARY KEY,
  "type" TEXT NOT NULL,
  "aggregate_id" TEXT NOT NULL,
  "aggregate_version" INTEGER NOT NULL,
  "occurred_at" TIMESTAMPTZ(3) NOT NULL,
  "data" JSONB NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "published_at" TIMESTAMPTZ(3)
);
-- Serves the relay's lease: only unpublished rows are in it, so it stays small.
CREATE INDEX "outbox_unpublished_idx" ON "commerce"."outbox" ("available_at") WHERE "published_at" IS NULL;
CREATE INDEX "outbox_published_idx" ON "commerce"."outbox" ("published_at") WHERE "published_at" IS NOT NULL;

CREATE TABLE "commerce"."inbox" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "processed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
CREATE INDEX "inbox_processed_idx" ON "commerce"."inbox" ("processed_at");

CREATE TABLE "commerce"."dead_letters" (
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "event" JSONB NOT NULL,
  "error" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL,
  "failed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("consumer", "event_id")
);
