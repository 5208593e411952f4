-- no-transaction
DROP INDEX CONCURRENTLY "learning"."course_listings_price_down_key_idx";
