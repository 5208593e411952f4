/** Ids of rows that a test writes by hand: of users, courses, and so on, by the first digits. */
const id = (kind: number, number: number) =>
  `'0198c0de-${String(kind).padStart(4, '0')}-7000-8000-${String(number).padStart(12, '0')}'`;
const [ada, ben, cleo] = [id(1, 1), id(1, 2), id(1, 3)];
const [open, closed, coming, deleted] = [id(2, 1), id(2, 2), id(2, 3), id(2, 4)];
const [section, reading, video] = [id(3, 1), id(4, 1), id(4, 2)];
const [learns, expired, stopped, ended] = [id(5, 1), id(5, 2), id(5, 3), id(5, 4)];
const [quiz, session, acting] = [id(6, 1), id(7, 1), id(7, 2)];
const [category, cohort, certificate, token] = [id(8, 1), id(9, 1), id(10, 1), id(11, 1)];
const hash = `repeat('h', 43)`;

/**
 * Rows for every table of the schema as the newest migration leaves it, as the subgraph writes them; no value is its
 * column's default, so that whatever is lost is seen. What triggers write (progress, listings) they write.
 */
export const rowsOfEverything = `
INSERT INTO learning.users (id, email, password_hash, display_name, role, version, created_at, bio, suspended_at) VALUES
  (${ada}, 'ada@example.test', ${hash}, 'Ada', 'admin', 2, '2026-01-01', 'Runs the school', NULL),
  (${ben}, 'ben@example.test', ${hash}, 'Ben', 'instructor', 3, '2026-01-02', 'Teaches', NULL),
  (${cleo}, 'cleo@example.test', ${hash}, 'Cleo', 'student', 4, '2026-01-03', 'Learns', '2026-02-01');
INSERT INTO learning.user_preferences (user_id, language, time_zone, shows_name, shows_bio)
  SELECT id, 'pt', 'America/Bahia', false, false FROM learning.users;
INSERT INTO learning.user_sessions (id, user_id, created_at, expires_at, revoked_at, revoke_reason, device, last_used_at) VALUES
  (${session}, ${ben}, '2026-01-05', '2099-01-01', NULL, NULL, 'Firefox on Linux', '2026-01-06'),
  (${acting}, ${ben}, '2026-01-05', '2099-01-01', NULL, NULL, NULL, NULL);
INSERT INTO learning.user_session_tokens (token_hash, session_id, created_at, expires_at, used_at)
  VALUES (${hash}, ${session}, '2026-01-05', '2099-01-01', '2026-01-06');
INSERT INTO learning.impersonations (session_id, admin_id, reason) VALUES (${acting}, ${ada}, 'Ticket 4711');
INSERT INTO learning.log_in_failures (email_hash, failures, last_failed_at, locked_until)
  VALUES (${hash}, 5, '2026-01-05', '2026-01-05 00:15');
INSERT INTO learning.pending_registrations (id, email, password_hash, display_name, language, time_zone, expires_at)
  VALUES (${id(12, 1)}, 'dan@example.test', ${hash}, 'Dan', 'es', 'Europe/Madrid', '2099-01-01');
INSERT INTO learning.mailed_tokens (id, purpose, user_id, new_email, expires_at)
  VALUES (${token}, 'change-email', ${ben}, 'new@example.test', '2099-01-01');
INSERT INTO learning.mail_queue (id, template, language, user_id, token_id, created_at, available_at, attempts)
  VALUES (${id(13, 1)}, 'change-email', 'pt', ${ben}, ${token}, '2026-01-05', '2026-01-05', 1);
INSERT INTO learning.mail_limits (address_hash, kind, count, began_at) VALUES (${hash}, 'reset-password', 2, '2026-01-05');

INSERT INTO learning.courses (id, slug, title, summary, description, level, language, access, status, capacity,
    enrolled_count, version, published_at, created_at, objectives, audience, additional_languages, available_from,
    available_until, deleted_at) VALUES
  (${open}, 'open', 'Álgebra', 'S', 'D', 'BEGINNER', 'es', 'PAID', 'PUBLISHED', 9, 3, 5, '2026-01-10', '2026-01-09',
    '{"Solve"}', 'All', '{pt}', '2026-01-10', '2099-01-01', NULL),
  (${closed}, 'closed', 'Closed', 'S', 'D', 'ADVANCED', 'en', 'FREE', 'PUBLISHED', NULL, 0, 2, '2026-01-10', '2026-01-09',
    '{}', '', '{}', NULL, '2026-02-01', NULL),
  (${coming}, 'coming', 'Coming', 'S', 'D', 'ADVANCED', 'en', 'FREE', 'PUBLISHED', NULL, 0, 2, '2026-01-10', '2026-01-09',
    '{}', '', '{}', '2099-01-01', NULL, NULL),
  (${deleted}, 'deleted', 'Deleted', 'S', 'D', 'ADVANCED', 'en', 'FREE', 'PUBLISHED', NULL, 0, 2, '2026-01-10', '2026-01-09',
    '{}', '', '{}', NULL, NULL, '2026-02-01');
INSERT INTO learning.course_slugs (slug, course_id, created_at) VALUES
  ('open', ${open}, '2026-01-09'), ('old', ${open}, '2026-01-08'), ('closed', ${closed}, '2026-01-09'),
  ('coming', ${coming}, '2026-01-09'), ('deleted', ${deleted}, '2026-01-09');
INSERT INTO learning.course_instructors (course_id, user_id, added_at) SELECT id, ${ben}, '2026-01-09' FROM learning.courses;
INSERT INTO learning.course_modules (id, course_id, title, position) VALUES (${section}, ${open}, 'M', 1);
INSERT INTO learning.lessons (id, course_id, module_id, title, summary, body, kind, difficulty, position, is_published,
    is_preview, duration_minutes, external_key, created_at, version) VALUES
  (${reading}, ${open}, ${section}, 'L1', 'S', 'B', 'READING', 2, 1, true, true, 10, 'one', '2026-01-09', 3),
  (${video}, ${open}, ${section}, 'L2', 'S', 'B', 'VIDEO', 3, 2, true, false, 20, 'two', '2026-01-09', 4);
INSERT INTO learning.lesson_prerequisites (lesson_id, prerequisite_id, course_id) VALUES (${video}, ${reading}, ${open});
INSERT INTO learning.course_categories (id, parent_id, slug, name_en, name_es, name_pt, position, created_at)
  VALUES (${category}, NULL, 'maths', 'Maths', 'Matemáticas', 'Matemática', 1, '2026-01-09');
INSERT INTO learning.course_category_members (course_id, category_id) VALUES (${open}, ${category});
INSERT INTO learning.course_prerequisites (course_id, prerequisite_id) VALUES (${open}, ${closed});
INSERT INTO learning.course_announcements (id, course_id, author_id, client_request_id, title, body, created_at)
  VALUES (${id(14, 1)}, ${open}, ${ben}, 'r1', 'T', 'B', '2026-01-11');
INSERT INTO learning.course_duplications (author_id, client_request_id, source_id, copy_id)
  VALUES (${ben}, 'r2', ${open}, ${closed});
INSERT INTO learning.projection_course_prices (course_id, amount_minor, currency, version) VALUES (${open}, 4900, 'EUR', 2);
INSERT INTO learning.projection_course_ratings (course_id, average, count, version) VALUES (${open}, 4.5, 2, 3);
INSERT INTO learning.course_completion_rules (course_id, kind, minimum_grade) VALUES (${open}, 'MINIMUM_GRADE', 60);

INSERT INTO learning.enrollments (id, user_id, course_id, status, order_id, order_line_id, enrolled_at, completed_at,
    ended_at, source, expires_at, suspended_at, version) VALUES
  (${learns}, ${ben}, ${open}, 'ACTIVE', 'o1', 'l1', '2026-01-12', NULL, NULL, 'ORDER', '2099-01-01', NULL, 2),
  (${expired}, ${cleo}, ${open}, 'ACTIVE', NULL, NULL, '2026-01-12', NULL, NULL, 'COHORT', '2026-02-01', NULL, 2),
  (${stopped}, ${ada}, ${open}, 'ACTIVE', NULL, NULL, '2026-01-12', NULL, NULL, 'ADMIN', NULL, '2026-02-01', 2),
  (${ended}, ${ada}, ${closed}, 'ENDED', NULL, NULL, '2026-01-12', NULL, '2026-01-20', 'FREE', NULL, NULL, 2);
INSERT INTO learning.enrollment_history (id, enrollment_id, status, reason, progress_percent, happened_at)
  SELECT gen_random_uuid(), id, 'ACTIVE', 'ENROLLED', 0, enrolled_at FROM learning.enrollments;
INSERT INTO learning.projection_refunded_order_lines (order_line_id, order_id, refunded_at) VALUES ('l9', 'o9', '2026-01-13');
INSERT INTO learning.waiting_list (id, course_id, user_id, status, joined_at)
  VALUES (${id(15, 1)}, ${closed}, ${cleo}, 'WAITING', '2026-01-12');
INSERT INTO learning.course_invitations (id, course_id, code, user_id, max_uses, uses, expires_at, created_by, created_at)
  VALUES (${id(16, 1)}, ${open}, 'CODE', ${cleo}, 2, 1, '2099-01-01', ${ben}, '2026-01-12');
INSERT INTO learning.student_cohorts (id, course_id, name, starts_at, ends_at, capacity, member_count, version, created_at)
  VALUES (${cohort}, ${open}, 'Spring', '2026-01-12', '2026-02-01', 9, 1, 2, '2026-01-11');
INSERT INTO learning.cohort_memberships (cohort_id, user_id, enrollment_id, added_at)
  VALUES (${cohort}, ${cleo}, ${expired}, '2026-01-12');
INSERT INTO learning.lesson_progress (enrollment_id, lesson_id, completed_at) VALUES (${learns}, ${reading}, '2026-01-13');
INSERT INTO learning.lesson_positions (enrollment_id, lesson_id, position_seconds, watched_seconds, occurred_at)
  VALUES (${learns}, ${video}, 30, 40, '2026-01-13');
INSERT INTO learning.lesson_progress_events (enrollment_id, client_event_id, recorded_at)
  VALUES (${learns}, 'e1', '2026-01-13');

INSERT INTO learning.assignments (id, course_id, kind, title, pass_percent, max_attempts, created_at)
  VALUES (${quiz}, ${open}, 'QUIZ', 'Q', 60, 3, '2026-01-09');
INSERT INTO learning.quiz_questions (id, assignment_id, position, text, choices)
  VALUES (${id(17, 1)}, ${quiz}, 1, '1 + 1?', '[{"id": "a", "text": "2", "isCorrect": true}]');
INSERT INTO learning.assignment_submissions (id, assignment_id, enrollment_id, client_attempt_id, results, score_percent,
    passed, submitted_at) VALUES (${id(18, 1)}, ${quiz}, ${learns}, 'a1', '[]', 80, true, '2026-01-14');
INSERT INTO learning.certificates (id, enrollment_id, verification_code, student_name, course_title, issued_at)
  VALUES (${certificate}, ${learns}, 'VERIFY', 'Ben', 'Álgebra', '2026-01-15');
INSERT INTO learning.certificate_documents (certificate_id, stored_at, available_at, attempts)
  VALUES (${certificate}, '2026-01-15 00:01', '2026-01-15', 1);

INSERT INTO learning.user_activities (id, user_id, kind, course_id, occurred_at)
  VALUES (${id(19, 1)}, ${ben}, 'LOGGED_IN', NULL, '2026-01-05');
INSERT INTO learning.learning_analytics (user_id, course_id, day, seconds, lessons_completed, quiz_attempts)
  VALUES (${ben}, ${open}, '2026-01-13', 40, 1, 1);
INSERT INTO learning.outbox (event_id, type, aggregate_id, aggregate_version, occurred_at, data)
  VALUES (${id(20, 1)}, 'user.changed', ${ben}, 3, '2026-01-05', '{}');
INSERT INTO learning.inbox (consumer, event_id) VALUES ('learning', ${id(20, 2)});
INSERT INTO learning.dead_letters (consumer, event_id, event, error, attempts) VALUES ('learning', ${id(20, 3)}, '{}', 'E', 5);
`;

/**
 * What taking a migration back loses although it is applied again, and why that cannot be helped. Whatever is not named
 * here is kept.
 */
export const unavoidableLosses: Record<string, Record<string, string>> = {
  '0002_people': {
    impersonations: 'the older release knows no impersonation, so they end:',
    'user_sessions.revoked_at': 'and those sessions are revoked',
    'user_sessions.revoke_reason': 'for that',
    mail_limits: 'counts of an hour',
    mail_queue: 'the older release sends no mail',
    mailed_tokens: 'and honours no link in one',
    pending_registrations: 'nor one that verifies an address: people register again',
    'user_preferences.shows_bio': 'no column of the older schema can hold it',
    'user_preferences.shows_name': 'no column of the older schema can hold it',
    'user_sessions.device': 'no column of the older schema can hold it',
    'user_sessions.last_used_at': 'no column of the older schema can hold it',
    'users.bio': 'no column of the older schema can hold it',
    'users.suspended_at':
      'the older release cannot suspend; the sessions have ended when she was suspended',
  },
  '0003_catalogue': {
    course_announcements: 'no table of the older schema can hold them',
    course_categories: 'no table of the older schema can hold them',
    course_category_members: 'no table of the older schema can hold them',
    course_duplications:
      'no table of the older schema can hold them: a request that is sent again copies again',
    course_prerequisites: 'no table of the older schema can hold them',
    'courses.additional_languages': 'no column of the older schema can hold it',
    'courses.audience': 'no column of the older schema can hold it',
    'courses.available_from': 'no column of the older schema can hold it',
    'courses.available_until': 'no column of the older schema can hold it',
    'courses.deleted_at': 'no column of the older schema can hold it',
    'courses.objectives': 'no column of the older schema can hold it',
    'courses.status':
      'what is deleted, or not open now, is archived: without its dates it would be open',
    'lessons.version': 'counts changes for those who edit at this moment',
  },
  '0004_enrollment': {
    'certificate_documents.attempts': 'the document is printed again, under the same key',
    'certificate_documents.stored_at': 'the document is printed again, under the same key',
    cohort_memberships: 'no table of the older schema can hold them; the enrolments stay',
    course_completion_rules:
      'no table of the older schema can hold them; what is completed stays so',
    course_invitations: 'no table of the older schema can hold them; the enrolments stay',
    'course_listings.enrolled_count': 'the seats of what has expired are free',
    'courses.enrolled_count': 'the seats of what has expired are free',
    'enrollments.ended_at': 'what has expired is ended, when it expired',
    'enrollments.expires_at': 'no column of the older schema can hold it',
    'enrollments.source':
      'no column of the older schema can hold it; null is read as what the order tells',
    'enrollments.status': 'what has expired is ended',
    'enrollments.suspended_at': 'the older release cannot suspend',
    'enrollments.version': 'counts the events of a state that the older release tells once',
    learning_analytics: 'no table of the older schema can hold them; ClickHouse has the events',
    lesson_positions: 'no table of the older schema can hold them',
    lesson_progress_events: 'no table of the older schema can hold them',
    student_cohorts: 'no table of the older schema can hold them',
    user_activities: 'no table of the older schema can hold them; they are kept for 90 days',
    waiting_list: 'no table of the older schema can hold them',
  },
  '0007_prerequisites_told': {
    'courses.version': 'a snapshot that is told anew is a newer one, each time',
  },
};
