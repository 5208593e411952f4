import type { Database } from '../../database.js';

/** Other subgraphs' facts about courses. A stale version changes nothing. */
export const projectionRepository = (database: Database) => ({
  async savePrice(price: {
    courseId: string;
    amountMinor: bigint;
    currency: string;
    version: number;
  }) {
    await database.$executeRaw`
      INSERT INTO "learning"."projection_course_prices" AS p ("course_id", "amount_minor", "currency", "version")
      VALUES (${price.courseId}::uuid, ${price.amountMinor}::bigint, ${price.currency}, ${price.version}::int)
      ON CONFLICT ("course_id") DO UPDATE
        SET "amount_minor" = excluded."amount_minor", "currency" = excluded."currency", "version" = excluded."version"
        WHERE p."version" < excluded."version"`;
  },

  async saveRating(rating: { courseId: string; average: number; count: number; version: number }) {
    await database.$executeRaw`
      INSERT INTO "learning"."projection_course_ratings" AS r ("course_id", "average", "count", "version")
      VALUES (${rating.courseId}::uuid, ${rating.average}::float8, ${rating.count}::int, ${rating.version}::int)
      ON CONFLICT ("course_id") DO UPDATE
        SET "average" = excluded."average", "count" = excluded."count", "version" = excluded."version"
        WHERE r."version" < excluded."version"`;
  },
});
