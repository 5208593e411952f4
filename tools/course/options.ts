import type { RefusedError } from '../client/errors.js';
import type { GraphqlClient } from '../client/graphql-client.js';

/** What a run changed. */
export interface Changes {
  created: number;
  updated: number;
  unchanged: number;
}

export interface CourseWriterOptions {
  /** Signed in as somebody who may write the course. */
  readonly client: GraphqlClient;
  /** Whether to bring what is there already to what the specification says; new things are always added. */
  readonly update: boolean;
  /** Told after each lesson and each list of prerequisites. */
  readonly onProgress?: (what: 'lessons' | 'prerequisites', done: number, total: number) => void;
  /** The platform refused one lesson; the others go on. Without it, the first refusal ends the run. */
  readonly onRefusedLesson?: (externalKey: string, refusal: RefusedError) => void;
}

export const noChanges = (): Changes => ({ created: 0, updated: 0, unchanged: 0 });
