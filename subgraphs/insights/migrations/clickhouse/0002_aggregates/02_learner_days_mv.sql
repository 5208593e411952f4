CREATE MATERIALIZED VIEW IF NOT EXISTS learner_days_mv TO learner_days AS
SELECT
  course_id,
  toDate(occurred_at) AS day,
  user_id,
  groupUniqArrayIf(enrollment_id, event_type = 'enrollment.created') AS enrolled,
  groupUniqArrayIf(enrollment_id, event_type = 'course.completed') AS completed
FROM learning_events
WHERE event_type IN ('enrollment.created', 'lesson.completed', 'quiz.graded', 'course.completed')
GROUP BY course_id, day, user_id
