import { Prisma, type Database } from '../../database.js';
import type { Category, CategoryNames } from './model.js';

const categoryColumns = Prisma.sql`
  k."id", k."parent_id" AS "parentId", k."slug", k."position",
  jsonb_build_object('en', k."name_en", 'es', k."name_es", 'pt', k."name_pt") AS "names"`;

const columnsOf = ({ en, es, pt }: CategoryNames) => ({ nameEn: en, nameEs: es, namePt: pt });

export const categoryRepository = (database: Database) => ({
  find: (ids: readonly string[]) => database.$queryRaw<Category[]>`
    SELECT ${categoryColumns} FROM "learning"."course_categories" AS k WHERE k."id" = ANY(${ids}::uuid[])`,

  async findBySlug(slug: string): Promise<Category | null> {
    const rows = await database.$queryRaw<Category[]>`
      SELECT ${categoryColumns} FROM "learning"."course_categories" AS k WHERE k."slug" = ${slug}`;
    return rows[0] ?? null;
  },

  top: () => database.$queryRaw<Category[]>`
    SELECT ${categoryColumns} FROM "learning"."course_categories" AS k
     WHERE k."parent_id" IS NULL ORDER BY k."position"`,

  childrenOf: (parentIds: readonly string[]) => database.$queryRaw<Category[]>`
    SELECT ${categoryColumns} FROM "learning"."course_categories" AS k
     WHERE k."parent_id" = ANY(${parentIds}::uuid[]) ORDER BY k."parent_id", k."position"`,

  /** The way from the top down to the category of each course. */
  pathsOf: (courseIds: readonly string[]) => database.$queryRaw<
    (Category & { courseId: string })[]
  >`
    WITH RECURSIVE way AS (
      SELECT m."course_id", m."category_id" AS "id", 0 AS "height"
        FROM "learning"."course_category_members" AS m WHERE m."course_id" = ANY(${courseIds}::uuid[])
      UNION ALL
      SELECT way."course_id", k."parent_id", way."height" + 1
        FROM way JOIN "learning"."course_categories" AS k ON k."id" = way."id" WHERE k."parent_id" IS NOT NULL)
    SELECT way."course_id" AS "courseId", ${categoryColumns}
      FROM way JOIN "learning"."course_categories" AS k ON k."id" = way."id"
     ORDER BY way."course_id", way."height" DESC`,
});

/** The part that changes the tree; each method belongs into a transaction that holds its lock. */
export const categoryChanges = (transaction: Database) => ({
  /** Whoever changes the tree waits here, so that two moves cannot close a cycle together. */
  async lockTree(): Promise<void> {
    await transaction.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended('learning.course_categories', 0))`;
  },

  /** All of it: it is small. */
  all: () => transaction.$queryRaw<Category[]>`
    SELECT ${categoryColumns} FROM "learning"."course_categories" AS k ORDER BY k."position"`,

  async insert({ id, parentId, slug, position, names }: Category, createdAt: Date) {
    await transaction.courseCategory.create({
      data: { id, parentId, slug, position, createdAt, ...columnsOf(names) },
    });
  },

  async update(id: string, change: { slug?: string; names?: CategoryNames }): Promise<void> {
    const { names, ...rest } = change;
    await transaction.courseCategory.update({
      where: { id },
      data: { ...rest, ...(names === undefined ? {} : columnsOf(names)) },
    });
  },

  /** These, in this order, below the parent. */
  async order(parentId: string | null, ids: readonly string[]): Promise<void> {
    await transaction.$executeRaw`
      UPDATE "learning"."course_categories" AS k SET "parent_id" = ${parentId}::uuid, "position" = place."position"
        FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS place("id", "position") WHERE k."id" = place."id"`;
  },

  /** Waits for those who put a course into it just now; whoever comes later finds it gone. */
  async lock(id: string): Promise<void> {
    await transaction.$queryRaw`
      SELECT 1 FROM "learning"."course_categories" WHERE "id" = ${id}::uuid FOR UPDATE`;
  },

  async hasCourses(categoryId: string): Promise<boolean> {
    return (await transaction.courseCategoryMember.findFirst({ where: { categoryId } })) !== null;
  },

  async delete(id: string): Promise<void> {
    await transaction.courseCategory.delete({ where: { id } });
  },

  /** The category, kept from being deleted until the transaction ends. */
  async keep(id: string): Promise<boolean> {
    const rows = await transaction.$queryRaw<unknown[]>`
      SELECT 1 FROM "learning"."course_categories" WHERE "id" = ${id}::uuid FOR KEY SHARE`;
    return rows.length > 0;
  },

  async setCourse(courseId: string, categoryId: string | null): Promise<void> {
    if (categoryId === null) {
      await transaction.courseCategoryMember.deleteMany({ where: { courseId } });
      return;
    }
    await transaction.$executeRaw`
      INSERT INTO "learning"."course_category_members" ("course_id", "category_id")
      VALUES (${courseId}::uuid, ${categoryId}::uuid)
      ON CONFLICT ("course_id") DO UPDATE SET "category_id" = excluded."category_id"`;
  },
});
