DROP TABLE "content"."dead_letters";
DROP TABLE "content"."inbox";
DROP TABLE "content"."outbox";
DROP TABLE "content"."content_assets";
