CREATE MATERIALIZED VIEW IF NOT EXISTS course_days_mv TO course_days AS
SELECT
  course_id,
  toDate(occurred_at) AS day,
  uniqExactStateIf(enrollment_id, event_type = 'enrollment.created') AS enrollments,
  uniqExactStateIf(enrollment_id, event_type = 'course.completed') AS completions,
  uniqExactState(user_id) AS active_learners
FROM learning_events
WHERE event_type IN ('enrollment.created', 'lesson.completed', 'quiz.graded', 'course.completed')
GROUP BY course_id, day
