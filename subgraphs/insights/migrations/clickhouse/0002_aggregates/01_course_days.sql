-- A course's figures by UTC day. Every state is idempotent (a set), so an event that is inserted twice
-- counts once: sums and counts must never be added here.
CREATE TABLE IF NOT EXISTS course_days
(
  course_id UUID,
  day Date,
  enrollments AggregateFunction(uniqExact, UUID),
  completions AggregateFunction(uniqExact, UUID),
  active_learners AggregateFunction(uniqExact, UUID)
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (course_id, day)
