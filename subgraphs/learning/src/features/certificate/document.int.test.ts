import { join } from 'node:path';
import { newId, silentLogger } from '@pcc/platform';
import {
  connectObjectStorage,
  startEmbeddedObjectStorage,
  type EmbeddedObjectStorage,
} from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import { testDirectory } from '@pcc/testkit';
import { extractText, getMeta } from 'unpdf';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let folder: Awaited<ReturnType<typeof testDirectory>>;
let objects: EmbeddedObjectStorage;
let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  folder = await testDirectory();
  objects = await startEmbeddedObjectStorage({
    directory: join(folder.path, 'objects'),
    logger: silentLogger,
  });
  learning = await startTestLearning(startTestPostgres, { s3Url: objects.url });
  teacher = await learning.person('instructor');
});
afterAll(async () => {
  await learning.close();
  await objects.close();
  await folder.close();
});
beforeEach(() => learning.clock.set(new Date()));

interface Certificate {
  id: string;
  verificationCode: string;
  pdfUrl: string | null;
}

/** Completes a course. @returns how to ask for her certificate */
async function graduate(title = `Course ${newId()}`, name = 'Íñigo Núñez') {
  const course = await writeCourse(teacher, { fields: { title } });
  const person = await learning.person('student', name);
  await person.do('enrollInCourse', { courseId: course.id }, '');
  await person.do('completeLesson', { lessonId: course.lessonIds[0] }, '');
  const certificate = async (by: Person = person) => {
    const { _entities } = await by.ask<{ _entities: { enrollments?: never }[] }>(
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on User { enrollments { nodes {
         certificate { id verificationCode pdfUrl } } } } } }`,
      { all: [{ __typename: 'User', id: person.id }] },
    );
    const [user] = _entities as unknown as [
      { enrollments: { nodes: [{ certificate: Certificate }] } },
    ];
    return user.enrollments.nodes[0].certificate;
  };
  return { person, certificate };
}

const make = () => learning.running.runJob('make-certificates');

it('is printed in the language of the student, some time after the issue', async () => {
  const { person, certificate } = await graduate('Programación: ¡qué útil!');
  await learning.sql(`UPDATE learning.user_preferences SET language = 'es' WHERE user_id = $1`, [
    person.id,
  ]);
  expect((await certificate()).pdfUrl).toBeNull();
  await make();
  const { pdfUrl } = await certificate();
  const response = await fetch(pdfUrl ?? '');
  expect(response.headers.get('content-type')).toBe('application/pdf');
  const pdf = new Uint8Array(await response.arrayBuffer());
  const { info } = await getMeta(pdf.slice());
  expect(info['Title']).toBe('Certificado de finalización: Programación: ¡qué útil!');
  expect((await extractText(pdf, { mergePages: true })).text).toContain('Íñigo Núñez');
});

it('has a URL that works for its own object only', async () => {
  const [one, two] = [await graduate(), await graduate()];
  await make();
  const url = new URL((await one.certificate()).pdfUrl ?? '');
  const other = new URL((await two.certificate()).pdfUrl ?? '');
  url.pathname = other.pathname;
  expect((await fetch(url)).status).toBe(403);
});

it('is made again when its object is gone', async () => {
  const { certificate } = await graduate();
  await make();
  const { id } = await certificate();
  const storage = connectObjectStorage({ url: objects.url });
  await storage.client.removeObject('certificates', `${id}.pdf`);
  await storage.close();
  expect((await certificate()).pdfUrl).toBeNull();
  await make();
  expect((await certificate()).pdfUrl).toContain(`${id}.pdf`);
});

it('is printed whatever the letters of the name', async () => {
  const { certificate } = await graduate(`Kurs ${newId()}`, 'Łukasz Žižek 王小明');
  await make();
  expect((await certificate()).pdfUrl).not.toBeNull();
});

it('is made once by two that look for work at once', async () => {
  const graduates = await Promise.all([graduate(), graduate(), graduate()]);
  await Promise.all([make(), make()]);
  await make();
  const rows = await learning.sql(
    `SELECT attempts FROM learning.certificate_documents d JOIN learning.certificates c ON c.id = d.certificate_id
       JOIN learning.enrollments e ON e.id = c.enrollment_id WHERE e.user_id = ANY($1)`,
    [graduates.map(({ person }) => person.id)],
  );
  expect(rows).toEqual([{ attempts: 1 }, { attempts: 1 }, { attempts: 1 }]);
});
