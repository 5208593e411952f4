-- Who was active in which course on which UTC day, and which enrolments began or were completed then.
-- Everything in it is idempotent (keys, sets), so an event that is inserted twice counts once: sums and
-- counts must never be added here. Read it with distinct counts, and parts need not have merged.
CREATE TABLE IF NOT EXISTS learner_days
(
  course_id UUID,
  day Date,
  user_id UUID,
  enrolled SimpleAggregateFunction(groupUniqArrayArray, Array(UUID)),
  completed SimpleAggregateFunction(groupUniqArrayArray, Array(UUID))
)
ENGINE = ${engine:AggregatingMergeTree}
PARTITION BY toYear(day)
ORDER BY (course_id, day, user_id)
