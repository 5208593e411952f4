-- no-transaction
DROP INDEX CONCURRENTLY "learning"."course_listings_price_up_key_idx";
