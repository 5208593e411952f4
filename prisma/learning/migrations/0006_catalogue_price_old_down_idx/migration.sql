-- no-transaction
-- Bare amounts are sorted by no more: 100 yen stood after 20 euros.
DROP INDEX CONCURRENTLY "learning"."course_listings_price_down_idx";
