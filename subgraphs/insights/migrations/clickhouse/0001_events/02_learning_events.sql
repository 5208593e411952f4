-- What happens around courses. One row per event_id, as in user_events. Kept 3 years.
CREATE TABLE IF NOT EXISTS learning_events
(
  event_id UUID,
  event_type LowCardinality(String),
  course_id UUID,
  -- Nil for events that are nobody's doing, such as course.changed.
  user_id UUID,
  -- Nil where the event names none.
  enrollment_id UUID,
  -- Of lesson.completed; 0 elsewhere.
  progress_percent Float64,
  occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  data String CODEC(ZSTD(3)),
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ${engine:ReplacingMergeTree}
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (course_id, event_type, occurred_at, event_id)
TTL toDateTime(occurred_at) + INTERVAL 3 YEAR
