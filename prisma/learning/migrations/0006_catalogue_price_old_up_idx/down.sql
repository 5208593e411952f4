-- no-transaction
CREATE INDEX CONCURRENTLY "course_listings_price_up_idx"
  ON "learning"."course_listings" ((coalesce("price_minor", 9007199254740991)), "course_id");
