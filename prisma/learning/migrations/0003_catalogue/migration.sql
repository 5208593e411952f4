-- What a course says of itself, when it is open, and that it was taken away. Deleted courses stay: enrolments,
-- certificates and old links refer to them, and they can be restored.
ALTER TABLE "learning"."courses"
  ADD COLUMN "objectives" TEXT[] NOT NULL DEFAULT '{}',
  ADD COLUMN "audience" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "additional_languages" TEXT[] NOT NULL DEFAULT '{}',
  -- Read against the clock, never by a job: from the first moment on, and before the second.
  ADD COLUMN "available_from" TIMESTAMPTZ(3),
  ADD COLUMN "available_until" TIMESTAMPTZ(3),
  ADD COLUMN "deleted_at" TIMESTAMPTZ(3);

-- Two authors at one lesson: the second is told.
ALTER TABLE "learning"."lessons" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- Categories ---------------------------------------------------------------------------------------

-- A tree. That it has no cycle is checked by the service, under the tree's lock.
CREATE TABLE "learning"."course_categories" (
  "id" UUID PRIMARY KEY,
  "parent_id" UUID,
  "slug" TEXT NOT NULL,
  "name_en" TEXT NOT NULL,
  "name_es" TEXT NOT NULL,
  "name_pt" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  -- A category with children is not deleted.
  CONSTRAINT "course_categories_parent_id_fkey" FOREIGN KEY ("parent_id")
    REFERENCES "learning"."course_categories" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "course_categories_not_itself" CHECK ("parent_id" <> "id"),
  CONSTRAINT "course_categories_position_positive" CHECK ("position" > 0),
  -- Deferrable: a move passes through duplicates. Serves the children of a category, in order.
  CONSTRAINT "course_categories_parent_id_position_key" UNIQUE NULLS NOT DISTINCT ("parent_id", "position")
    DEFERRABLE INITIALLY IMMEDIATE
);
CREATE UNIQUE INDEX "course_categories_slug_key" ON "learning"."course_categories" ("slug");

-- The category of a course: the key lets it have one.
CREATE TABLE "learning"."course_category_members" (
  "course_id" UUID PRIMARY KEY,
  "category_id" UUID NOT NULL,
  CONSTRAINT "course_category_members_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  -- A category with courses is not deleted.
  CONSTRAINT "course_category_members_category_id_fkey" FOREIGN KEY ("category_id")
    REFERENCES "learning"."course_categories" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
-- Serves the courses of categories (Category.courses, the filter of the catalogue), and the check before deletion.
CREATE INDEX "course_category_members_category_idx" ON "learning"."course_category_members" ("category_id");

-- Prerequisites ------------------------------------------------------------------------------------

-- That it has no cycle is checked by the service, under the graph's lock.
CREATE TABLE "learning"."course_prerequisites" (
  "course_id" UUID NOT NULL,
  "prerequisite_id" UUID NOT NULL,
  PRIMARY KEY ("course_id", "prerequisite_id"),
  CONSTRAINT "course_prerequisites_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_prerequisites_prerequisite_id_fkey" FOREIGN KEY ("prerequisite_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_prerequisites_not_itself" CHECK ("course_id" <> "prerequisite_id")
);
-- Serves the foreign key when a course goes.
CREATE INDEX "course_prerequisites_prerequisite_idx" ON "learning"."course_prerequisites" ("prerequisite_id");

-- Announcements ------------------------------------------------------------------------------------

CREATE TABLE "learning"."course_announcements" (
  "id" UUID PRIMARY KEY,
  "course_id" UUID NOT NULL,
  "author_id" UUID NOT NULL,
  -- The client's name for its request: sent twice, it is announced once.
  "client_request_id" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "course_announcements_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_announcements_author_id_fkey" FOREIGN KEY ("author_id")
    REFERENCES "learning"."users" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "course_announcements_client_request_key"
  ON "learning"."course_announcements" ("author_id", "client_request_id");
-- Serves Course.announcements, newest first.
CREATE INDEX "course_announcements_course_idx"
  ON "learning"."course_announcements" ("course_id", "created_at" DESC, "id" DESC);

-- Duplicates ---------------------------------------------------------------------------------------

-- Which request made which copy: sent twice, a course is copied once.
CREATE TABLE "learning"."course_duplications" (
  "author_id" UUID NOT NULL,
  "client_request_id" TEXT NOT NULL,
  "source_id" UUID NOT NULL,
  "copy_id" UUID NOT NULL,
  PRIMARY KEY ("author_id", "client_request_id"),
  CONSTRAINT "course_duplications_author_id_fkey" FOREIGN KEY ("author_id")
    REFERENCES "learning"."users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "course_duplications_source_id_fkey" FOREIGN KEY ("source_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  -- The request is claimed before its copy is written.
  CONSTRAINT "course_duplications_copy_id_fkey" FOREIGN KEY ("copy_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
-- Serve the foreign keys when a course goes.
CREATE INDEX "course_duplications_source_idx" ON "learning"."course_duplications" ("source_id");
CREATE INDEX "course_duplications_copy_idx" ON "learning"."course_duplications" ("copy_id");

-- Sorting the catalogue ----------------------------------------------------------------------------

-- Titles sort without regard to capitals and accents, the same on every server.
CREATE FUNCTION "learning"."title_sort_key"("title" TEXT) RETURNS TEXT
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN regexp_replace(normalize(lower("title"), NFKD), '[\u0300-\u036f]', '', 'g');

-- What the catalogue sorts by, one row a course, written by triggers only: price and rating come from projections, the
-- duration from lessons, and no index spans tables. Apart from "courses", so that an enrolment, which counts
-- "enrolled_count" up, does not write the text indexes of the course anew.
CREATE TABLE "learning"."course_listings" (
  "course_id" UUID PRIMARY KEY,
  "title_key" TEXT COLLATE "C" NOT NULL DEFAULT '',
  -- 0 when the course is free; null while no price is known.
  "price_minor" BIGINT,
  "price_currency" TEXT,
  -- Null before the first rating.
  "rating" DOUBLE PRECISION,
  -- The minutes of the published lessons.
  "duration_minutes" INTEGER NOT NULL DEFAULT 0,
  "enrolled_count" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "course_listings_course_id_fkey" FOREIGN KEY ("course_id")
    REFERENCES "learning"."courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- Each serves one sort of Query.courses, both ways. Where the value may be missing it comes last both ways,
-- which takes two: the expressions are those of features/course/catalogue-sort.ts.
CREATE INDEX "course_listings_title_idx" ON "learning"."course_listings" ("title_key", "course_id");
CREATE INDEX "course_listings_duration_idx" ON "learning"."course_listings" ("duration_minutes", "course_id");
CREATE INDEX "course_listings_popularity_idx" ON "learning"."course_listings" ("enrolled_count", "course_id");
CREATE INDEX "course_listings_price_up_idx"
  ON "learning"."course_listings" ((coalesce("price_minor", 9007199254740991)), "course_id");
CREATE INDEX "course_listings_price_down_idx"
  ON "learning"."course_listings" ((coalesce("price_minor", -1)), "course_id");
CREATE INDEX "course_listings_rating_up_idx"
  ON "learning"."course_listings" ((coalesce("rating", 6)), "course_id");
CREATE INDEX "course_listings_rating_down_idx"
  ON "learning"."course_listings" ((coalesce("rating", -1)), "course_id");

CREATE FUNCTION "learning"."refresh_course_listing"("changed" UUID) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  -- A statement of its own: the one that follows must see what the lock's former holder committed.
  PERFORM 1 FROM "learning"."course_listings" WHERE "course_id" = "changed" FOR NO KEY UPDATE;
  UPDATE "learning"."course_listings" AS s
     SET "title_key" = "learning"."title_sort_key"(c."title"),
         "price_minor" = CASE c."access" WHEN 'FREE' THEN 0 ELSE p."amount_minor" END,
         "price_currency" = CASE c."access" WHEN 'FREE' THEN NULL ELSE p."currency" END,
         "rating" = r."average",
         "enrolled_count" = c."enrolled_count",
         "duration_minutes" = (
           SELECT coalesce(sum(l."duration_minutes"), 0) FROM "learning"."lessons" AS l
            WHERE l."course_id" = c."id" AND l."is_published")
    FROM "learning"."courses" AS c
    LEFT JOIN "learning"."projection_course_prices" AS p ON p."course_id" = c."id"
    LEFT JOIN "learning"."projection_course_ratings" AS r ON r."course_id" = c."id" AND r."count" > 0
   WHERE s."course_id" = "changed" AND c."id" = "changed";
END
$$;

CREATE FUNCTION "learning"."course_listed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "learning"."course_listings" ("course_id") VALUES (NEW."id");
  PERFORM "learning"."refresh_course_listing"(NEW."id");
  RETURN NULL;
END
$$;
CREATE TRIGGER "courses_list" AFTER INSERT ON "learning"."courses"
  FOR EACH ROW EXECUTE FUNCTION "learning"."course_listed"();

CREATE FUNCTION "learning"."course_listing_changed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "learning"."refresh_course_listing"(NEW."id");
  RETURN NULL;
END
$$;
CREATE TRIGGER "courses_refresh_listing" AFTER UPDATE OF "title", "access" ON "learning"."courses"
  FOR EACH ROW WHEN (OLD."title" <> NEW."title" OR OLD."access" <> NEW."access")
  EXECUTE FUNCTION "learning"."course_listing_changed"();

-- Many enrol at once: this one reads nothing else.
CREATE FUNCTION "learning"."course_popularity_changed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "learning"."course_listings" SET "enrolled_count" = NEW."enrolled_count" WHERE "course_id" = NEW."id";
  RETURN NULL;
END
$$;
CREATE TRIGGER "courses_refresh_popularity" AFTER UPDATE OF "enrolled_count" ON "learning"."courses"
  FOR EACH ROW WHEN (OLD."enrolled_count" <> NEW."enrolled_count")
  EXECUTE FUNCTION "learning"."course_popularity_changed"();

-- Once for each statement and course, however many lessons it writes.
CREATE FUNCTION "learning"."course_duration_changed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "learning"."refresh_course_listing"(changed."course_id")
     FROM (SELECT DISTINCT "course_id" FROM "changed_lessons" ORDER BY "course_id") AS changed;
  RETURN NULL;
END
$$;
CREATE TRIGGER "lessons_refresh_listing_on_insert" AFTER INSERT ON "learning"."lessons"
  REFERENCING NEW TABLE AS "changed_lessons"
  FOR EACH STATEMENT EXECUTE FUNCTION "learning"."course_duration_changed"();
CREATE TRIGGER "lessons_refresh_listing_on_update" AFTER UPDATE ON "learning"."lessons"
  REFERENCING NEW TABLE AS "changed_lessons"
  FOR EACH STATEMENT EXECUTE FUNCTION "learning"."course_duration_changed"();
CREATE TRIGGER "lessons_refresh_listing_on_delete" AFTER DELETE ON "learning"."lessons"
  REFERENCING OLD TABLE AS "changed_lessons"
  FOR EACH STATEMENT EXECUTE FUNCTION "learning"."course_duration_changed"();

CREATE FUNCTION "learning"."course_projection_changed"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "learning"."refresh_course_listing"(NEW."course_id");
  RETURN NULL;
END
$$;
CREATE TRIGGER "course_prices_refresh_listing" AFTER INSERT OR UPDATE ON "learning"."projection_course_prices"
  FOR EACH ROW EXECUTE FUNCTION "learning"."course_projection_changed"();
CREATE TRIGGER "course_ratings_refresh_listing" AFTER INSERT OR UPDATE ON "learning"."projection_course_ratings"
  FOR EACH ROW EXECUTE FUNCTION "learning"."course_projection_changed"();

-- The triggers are there, and hold the tables until this commits: no change slips in between.
INSERT INTO "learning"."course_listings" ("course_id") SELECT "id" FROM "learning"."courses";
SELECT count("learning"."refresh_course_listing"("id")) FROM "learning"."courses";
