import { readDemoAccounts } from '../client/accounts.js';
import { ClientError } from '../client/errors.js';
import { graphqlClient, type GraphqlClient } from '../client/graphql-client.js';
import { signIn, signInWithToken, type Session } from '../client/session.js';
import type { Changes } from '../course/options.js';
import { writeCourse, type WrittenCourse } from '../course/writer.js';
import type { ToolEnv } from '../env.js';
import { configFile } from './exercism/config.js';
import { readTrack, type ImportedTrack } from './exercism/track.js';
import { describeProblem, type Problem } from './problem.js';

export interface ImportOptions {
  readonly directory: string;
  readonly url: URL;
  readonly env: ToolEnv;
  readonly write: (line: string) => void;
}

const progressEvery = 25;

/**
 * Imports an Exercism track as a course, or brings an imported one up to date.
 * @returns what was reported
 * @throws ClientError when nothing could be imported
 */
export async function importExercism(options: ImportOptions): Promise<readonly Problem[]> {
  const { directory, url, env, write } = options;
  const problems: Problem[] = [];
  const report = (problem: Problem) => {
    problems.push(problem);
    write(describeProblem(problem));
  };
  write(`Reading ${directory}`);
  const track = await readTrack(directory, report);
  describeTrack(track, write);
  if (track.course.modules.length === 0) {
    throw new ClientError('There is no exercise that could be imported.');
  }

  const session = await signInStaff(graphqlClient({ url }), env);
  try {
    write(`Signed in at ${url.href} as ${session.user.role.toLowerCase()}`);
    const written = await writeCourse(track.course, {
      client: session.client,
      update: true,
      onProgress: (what, done, total) => {
        if (done % progressEvery === 0 || done === total) write(`  ${what} ${done} of ${total}`);
      },
      onRefusedLesson: (externalKey, { message }) => {
        report({ file: configFile, line: track.lineOfLesson(externalKey), reason: message });
      },
    });
    summarise(track, written, problems.length, write);
  } finally {
    await session.logOut();
  }
  return problems;
}

const signInStaff = async (anonymous: GraphqlClient, env: ToolEnv): Promise<Session> =>
  env.token === undefined
    ? signIn(anonymous, (await readDemoAccounts(env.dataDirectory)).admin)
    : signInWithToken(anonymous, env.token);

function describeTrack(track: ImportedTrack, write: (line: string) => void): void {
  const { modules } = track.course;
  const lessons = modules.flatMap((module) => module.lessons);
  write(`  ${lessons.length} exercises in ${modules.length} modules`);
  if (track.unfinished > 0) write(`  ${track.unfinished} unfinished ones stay unpublished`);
  if (track.deprecated > 0) write(`  ${track.deprecated} deprecated ones are left out`);
}

function summarise(
  { course }: ImportedTrack,
  written: WrittenCourse,
  problemCount: number,
  write: (line: string) => void,
): void {
  const parts = [written.course, written.lessons, written.prerequisites];
  const changed = parts.some(({ created, updated }) => created + updated > 0);
  write(`“${course.title}” is in the catalogue as ${course.slug}`);
  if (changed) {
    write(`  course and quiz: ${changesText(written.course)}`);
    write(`  lessons: ${changesText(written.lessons)}`);
    write(`  prerequisites: ${changesText(written.prerequisites)}`);
  } else write('  nothing has changed since the last import');
  if (problemCount === 0) write('  no bad rows');
  else write(`  bad rows: ${problemCount}, reported above with file, line and reason`);
}

const changesText = ({ created, updated, unchanged }: Changes): string =>
  `${created} new, ${updated} changed, ${unchanged} as before`;
