CREATE MATERIALIZED VIEW IF NOT EXISTS learner_courses_mv TO learner_courses AS
SELECT
  course_id,
  user_id,
  maxIf(occurred_at, event_type = 'enrollment.created') AS enrolled_at,
  maxIf(occurred_at, event_type = 'enrollment.ended') AS ended_at,
  maxIf(occurred_at, event_type = 'lesson.completed') AS last_lesson_at,
  maxIf(occurred_at, event_type = 'course.completed') AS completed_at,
  maxIf(occurred_at, event_type = 'certificate.issued') AS certified_at,
  maxIf(occurred_at, event_type IN ('enrollment.created', 'lesson.completed', 'quiz.graded', 'course.completed'))
    AS last_active_at,
  argMaxStateIf(progress_percent, tuple(occurred_at, progress_percent), event_type = 'lesson.completed')
    AS progress,
  max(progress_percent) AS highest_progress
FROM learning_events
WHERE event_type IN
  ('enrollment.created', 'enrollment.ended', 'lesson.completed', 'quiz.graded', 'course.completed', 'certificate.issued')
GROUP BY course_id, user_id
