-- How far each learner came in each course. Only maxima and argMax: idempotent, and any order will do.
-- The epoch (1970-01-01) means never.
CREATE TABLE IF NOT EXISTS learner_courses
(
  course_id UUID,
  user_id UUID,
  -- The latest of each: somebody may leave and enrol again.
  enrolled_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  ended_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  last_lesson_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  completed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  certified_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  last_active_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  -- As of the last lesson; the course may have gained lessons since an earlier, higher figure.
  progress AggregateFunction(argMax, Float64, Tuple(DateTime64(3, 'UTC'), Float64)),
  highest_progress SimpleAggregateFunction(max, Float64)
)
ENGINE = ${engine:AggregatingMergeTree}
ORDER BY (course_id, user_id)
