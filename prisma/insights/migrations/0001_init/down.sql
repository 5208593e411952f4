DROP TABLE "insights"."dead_letters";
DROP TABLE "insights"."inbox";
DROP TABLE "insights"."outbox";
DROP TABLE "insights"."projection_course_instructors";
DROP TABLE "insights"."projection_courses";
