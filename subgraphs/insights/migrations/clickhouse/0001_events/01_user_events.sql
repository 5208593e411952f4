-- People: who registered, changed, signed in. One row per event_id: a repeated delivery has the same
-- sorting key, so it replaces. Kept 2 years.
CREATE TABLE IF NOT EXISTS user_events
(
  event_id UUID,
  event_type LowCardinality(String),
  user_id UUID,
  occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The event's data as JSON: what a later column or projection is filled from.
  data String CODEC(ZSTD(3)),
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ${engine:ReplacingMergeTree}
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (user_id, event_type, occurred_at, event_id)
TTL toDateTime(occurred_at) + INTERVAL 2 YEAR
