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
  const reaches = (from: string, to: string): boolean =>
    from === to || (edges.get(from) ?? []).some((next) => reaches(next, to));

  for (const { uuid, slug, path, prerequisites } of exercises) {
    const mine: string[] = [];
    edges.set(uuid, mine);
    prerequisites.forEach((concept, index) => {
      const complain = (reason: string) =>
        report({
          file: configFile,
          line: lineOf([...path, 'prerequisites', index]),
          reason: `${path.join('.')} (${slug}): ${reason}; imported without it`,
        });
      if (!known.has(concept)) return complain(`unknown prerequisite “${concept}”`);
      for (const teacher of teachers.get(concept) ?? []) {
        if (mine.includes(teacher)) continue;
        if (reaches(teacher, uuid))
          complain(`prerequisite “${concept}” leads back to the exercise`);
        else mine.push(teacher);
      }
    });
  }
  return edges;
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
