ALTER TABLE "commerce"."projection_courses" DROP COLUMN "available_from", DROP COLUMN "available_until";
