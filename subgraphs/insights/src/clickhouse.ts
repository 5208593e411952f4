import type { ClickHouseClient } from '@clickhouse/client';
import { AppError } from '@pcc/platform';
import { z } from 'zod';

/** Reads rows; what comes back is checked against `row`, so that a changed query fails loudly. */
export interface ClickHouseReader {
  select<Row extends z.ZodType>(
    row: Row,
    query: string,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<z.output<Row>[]>;
}

export const clickHouseReader = (client: ClickHouseClient): ClickHouseReader => ({
  async select(row, query, parameters = {}) {
    const result = await client.query({ query, query_params: parameters, format: 'JSONEachRow' });
    return z.array(row).parse(await result.json());
  },
});

/** Counts come as strings: a UInt64 does not fit a JavaScript number. Ours do. */
export const countColumn = z.coerce.number().int();

/** A DateTime64 in UTC as ClickHouse prints it: `2026-03-01 09:30:00.000`. */
export const timeColumn = z.string().transform((text) => new Date(`${text.replace(' ', 'T')}Z`));

/** A moment as a DateTime64(3) parameter: without the `T` and `Z` that parameters do not take. */
export const timeParameter = (time: Date): string =>
  time.toISOString().replace('T', ' ').replace('Z', '');

/** The nil UUID: a column of an event that has no such id. */
export const nilId = '00000000-0000-0000-0000-000000000000';

/** The moment that stands for "never" in aggregates. */
export const never = `toDateTime64(0, 3, 'UTC')`;

/** What counts as studying. Enrolling does: a learner is not inactive on the first day. */
export const activityTypes = [
  'enrollment.created',
  'lesson.completed',
  'quiz.graded',
  'course.completed',
] as const;

/**
 * Checks a client's `days`, `weeks` and the like.
 * @throws AppError BAD_USER_INPUT outside of 1 to `maximum`
 */
export function mustBeWithin(name: string, value: number, maximum: number): number {
  if (value >= 1 && value <= maximum) return value;
  throw new AppError('BAD_USER_INPUT', `"${name}" must be from 1 to ${maximum}.`);
}
