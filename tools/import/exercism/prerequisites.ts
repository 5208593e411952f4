import type { Report } from '../problem.js';
import { configFile, type ExerciseRow, type TrackConfig } from './config.js';

/** The uuids of the exercises to complete before each exercise. */
export type Prerequisites = ReadonlyMap<string, readonly string[]>;

/**
 * Exercises name concepts; learners complete exercises. So an exercise waits for every exercise that teaches
 * one of its concepts. A concept that no published exercise teaches holds nobody up; one that the track does
 * not know, and a circle, are reported and left out.
 */
export function derivePrerequisites(
  { concepts, lineOf }: Pick<TrackConfig, 'concepts' | 'lineOf'>,
  exercises: readonly ExerciseRow[],
  report: Report,
): Prerequisites {
  const known = new Set(concepts.map(({ slug }) => slug));
  const teachers = teachersOf(exercises);
  const edges = new Map<string, string[]>();
  for (const exercise of exercises) {
    const { uuid, slug, path } = exercise;
    const complain = (list: 'concepts' | 'prerequisites', index: number, reason: string) =>
      report({
        file: configFile,
        line: lineOf([...path, list, index]),
        reason: `${path.join('.')} (${slug}): ${reason}; imported without it`,
      });
    exercise.concepts.forEach((concept, index) => {
      if (!known.has(concept)) complain('concepts', index, `unknown concept “${concept}”`);
    });
    const mine: string[] = [];
    edges.set(uuid, mine);
    exercise.prerequisites.forEach((concept, index) => {
      if (!known.has(concept)) {
        complain('prerequisites', index, `unknown prerequisite “${concept}”`);
        return;
      }
      const added = (teachers.get(concept) ?? []).filter((teacher) => !mine.includes(teacher));
      const circular = added.filter((teacher) => leadsTo(edges, teacher, uuid));
      if (circular.length > 0) {
        complain('prerequisites', index, `prerequisite “${concept}” leads back to the exercise`);
      }
      mine.push(...added.filter((teacher) => !circular.includes(teacher)));
    });
  }
  return edges;
}

/** Whether one exercise waits, over any number of steps, for another. */
function leadsTo(edges: Prerequisites, from: string, to: string): boolean {
  const seen = new Set([from]);
  // The set grows while it is walked through.
  for (const exercise of seen) {
    if (exercise === to) return true;
    for (const next of edges.get(exercise) ?? []) seen.add(next);
  }
  return false;
}

/** Concept to the published exercises that teach it. */
function teachersOf(exercises: readonly ExerciseRow[]): ReadonlyMap<string, readonly string[]> {
  const teachers = new Map<string, string[]>();
  for (const { uuid, status, concepts } of exercises) {
    if (status === 'wip') continue;
    for (const concept of concepts) {
      teachers.set(concept, [...(teachers.get(concept) ?? []), uuid]);
    }
  }
  return teachers;
}
