import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ClientError } from '../../client/errors.js';
import {
  JsonSyntaxError,
  parseJsonWithLines,
  type JsonPath,
  type JsonWithLines,
} from '../json-lines.js';
import { describeProblem, type Report } from '../problem.js';

export const configFile = 'config.json';

/** Also keeps slugs from leaving the folder: they are names of files. */
const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must have small letters, digits and hyphens only');
const name = z.string().trim().min(1, 'must not be empty').max(200);
const uuid = z.string().trim().min(1, 'must not be empty').max(200);
const difficulty = z
  .number('must be a number from 1 to 10')
  .int('must be a whole number')
  .min(1, 'must be from 1 to 10')
  .max(10, 'must be from 1 to 10');

const trackRow = z.object({ slug, language: name, blurb: z.string().trim().default('') });
const conceptRow = z.object({ uuid, slug, name });
const exerciseRow = {
  uuid,
  slug,
  name,
  status: z.enum(['active', 'beta', 'wip', 'deprecated']).default('active'),
  prerequisites: z.array(z.string()).default([]),
};
const conceptExerciseRow = z.object({
  ...exerciseRow,
  concepts: z.array(z.string()).default([]),
  difficulty: difficulty.nullish().transform((value) => value ?? null),
});
/** What it practises is no prerequisite of others: only concept exercises teach. */
const practiceExerciseRow = z
  .object({ ...exerciseRow, difficulty })
  .transform((row) => ({ ...row, concepts: [] as string[] }));

export type TrackRow = z.output<typeof trackRow>;
export type ConceptRow = z.output<typeof conceptRow>;

export interface ExerciseRow extends z.output<typeof conceptExerciseRow> {
  readonly kind: 'concept' | 'practice';
  /** Where it stands in the file. */
  readonly path: JsonPath;
}

/** What `config.json` says, as far as it makes sense. */
export interface TrackConfig {
  readonly track: TrackRow;
  readonly concepts: readonly ConceptRow[];
  readonly exercises: readonly ExerciseRow[];
  readonly lineOf: JsonWithLines['lineOf'];
}

/**
 * Reads `config.json` row by row: a bad one is reported and left out.
 * @throws ClientError when the file as a whole cannot be used
 */
export async function readTrackConfig(directory: string, report: Report): Promise<TrackConfig> {
  const json = await readJson(directory);
  const track = trackRow.safeParse(json.value);
  if (!track.success) throw unusable(1, reasonOf(track.error));
  const rows = rowReader(json, report);
  const seen = new Set<string>();
  const concepts = rows(['concepts'], conceptRow, new Set());
  const teaching = rows(['exercises', 'concept'], conceptExerciseRow, seen);
  const practice = rows(['exercises', 'practice'], practiceExerciseRow, seen);
  return {
    track: track.data,
    concepts,
    exercises: [
      ...teaching.map((row) => ({ ...row, kind: 'concept' as const })),
      ...practice.map((row) => ({ ...row, kind: 'practice' as const })),
    ],
    lineOf: json.lineOf,
  };
}

/** Gives the good rows of a list with their places; reports the others. `seen` finds doubles. */
function rowReader({ value, lineOf }: JsonWithLines, report: Report) {
  return <Row extends { uuid: string; slug: string }>(
    path: JsonPath,
    schema: z.ZodType<Row>,
    seen: Set<string>,
  ): (Row & { path: JsonPath })[] => {
    const list = valueAt(value, path) ?? [];
    if (!Array.isArray(list)) {
      report({ file: configFile, line: lineOf(path), reason: `${path.join('.')} must be a list` });
      return [];
    }
    return list.flatMap((row: unknown, index) => {
      const place = [...path, index];
      const parsed = schema.safeParse(row);
      const problem = parsed.success ? duplicateIn(parsed.data, seen) : reasonOf(parsed.error);
      if (parsed.success && problem === undefined) return [{ ...parsed.data, path: place }];
      const wrong = (parsed.error?.issues[0]?.path ?? []).map((key) =>
        typeof key === 'symbol' ? key.toString() : key,
      );
      report({
        file: configFile,
        line: lineOf([...place, ...wrong]),
        reason: `${place.join('.')}${nameOf(row)}: ${problem}; not imported`,
      });
      return [];
    });
  };
}

const valueAt = (value: unknown, path: JsonPath): unknown =>
  path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | null | undefined)?.[key],
    value,
  );

async function readJson(directory: string): Promise<JsonWithLines> {
  const path = join(directory, configFile);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ClientError(
      `Cannot read ${path} (${(error as NodeJS.ErrnoException).code}): is it the folder of an Exercism track?`,
    );
  });
  try {
    return parseJsonWithLines(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unusable(error.line, error.message);
    throw error;
  }
}

const unusable = (line: number, reason: string): ClientError =>
  new ClientError(describeProblem({ file: configFile, line, reason }));

const reasonOf = ({ issues }: z.ZodError): string =>
  issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')} ${message}`))
    .join(', ');

function duplicateIn(row: { uuid: string; slug: string }, seen: Set<string>): string | undefined {
  const keys = [`uuid ${row.uuid}`, `slug ${row.slug}`];
  const known = keys.find((key) => seen.has(key));
  if (known !== undefined) return `${known} stands there twice`;
  keys.forEach((key) => seen.add(key));
  return undefined;
}

/** A row's name for the report, if it has one. */
function nameOf(row: unknown): string {
  const { slug: own } = (row ?? {}) as { slug?: unknown };
  return typeof own === 'string' ? ` (${own})` : '';
}
