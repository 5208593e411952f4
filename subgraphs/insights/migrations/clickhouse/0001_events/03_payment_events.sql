-- Money. One row per event_id, as in user_events; an order's lines are parallel arrays. Kept 7 years.
CREATE TABLE IF NOT EXISTS payment_events
(
  event_id UUID,
  event_type LowCardinality(String),
  -- Nil for price.changed.
  order_id UUID,
  user_id UUID,
  -- Empty for order.payment_failed.
  currency LowCardinality(String),
  -- In the currency's smallest unit.
  total_minor Int64,
  line_course_ids Array(UUID),
  line_amounts_minor Array(Int64),
  occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  data String CODEC(ZSTD(3)),
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ${engine:ReplacingMergeTree}
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (event_type, occurred_at, event_id)
TTL toDateTime(occurred_at) + INTERVAL 7 YEAR
