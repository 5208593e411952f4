-- no-transaction
CREATE INDEX CONCURRENTLY "course_listings_price_down_idx"
  ON "learning"."course_listings" ((coalesce("price_minor", -1)), "course_id");
