-- How the API performs, as routers see it: a sample of all operations, without who asked or what with.
-- A sample that arrives twice has the same sorting key, so it replaces. Kept 3 months.
CREATE TABLE IF NOT EXISTS api_performance
(
  event_id UUID,
  occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- Clients choose the names, so there may be any number of them.
  operation_name String CODEC(ZSTD),
  operation_hash String CODEC(ZSTD),
  kind LowCardinality(String),
  transport LowCardinality(String),
  cache LowCardinality(String),
  duration_ms Float64,
  fetches UInt32,
  response_bytes UInt64,
  -- Of the first error; empty for none.
  error_code LowCardinality(String),
  -- Which part of all operations was sampled: 1 / sample_rate operations stand behind each row.
  sample_rate Float64,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ${engine:ReplacingMergeTree}
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (toDate(occurred_at), operation_name, occurred_at, event_id)
TTL toDateTime(occurred_at) + INTERVAL 3 MONTH
