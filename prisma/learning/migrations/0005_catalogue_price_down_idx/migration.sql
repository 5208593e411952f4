-- no-transaction
-- Serves the catalogue by price, expensive ones first: currency by currency. The expression is that of features/course/catalogue-sort.ts.
CREATE INDEX CONCURRENTLY "course_listings_price_down_key_idx" ON "learning"."course_listings" ((CASE
  WHEN "price_minor" IS NULL THEN ''
  WHEN "price_minor" = 0 THEN '0'
  ELSE "price_currency" || lpad("price_minor"::text, 19, '0') END COLLATE "C"), "course_id");
