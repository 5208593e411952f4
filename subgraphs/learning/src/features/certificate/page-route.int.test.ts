import { newId } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let code: string;
beforeAll(async () => {
  learning = await startTestLearning();
  const teacher = await learning.person('instructor');
  const title = `Knots & <b>Sails</b>`;
  const course = await writeCourse(teacher, { fields: { title } });
  const student = await learning.person('student', 'Íñigo <img src=x>');
  await student.do('enrollInCourse', { courseId: course.id }, '');
  await student.do('completeLesson', { lessonId: course.lessonIds[0] }, '');
  const [row] = await learning.sql<{ code: string }>(
    'SELECT verification_code AS code FROM learning.certificates',
  );
  code = row?.code ?? '';
});
afterAll(() => learning.close());

const open = (path: string, options: RequestInit = {}) =>
  fetch(new URL(`/certificates/${path}`, learning.url), options);

it('shows anybody a readable page, however the code is typed, by one statement', async () => {
  const typed = ` ${code.toLowerCase().replaceAll('-', '')} `;
  const headers = { 'accept-language': 'es-ES,es;q=0.9', accept: 'text/html' };
  const queries = await learning.statements(async () => {
    const response = await open(encodeURIComponent(typed), { headers });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=60',
      vary: 'accept-language',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'no-referrer',
    });
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-/);
    const page = await response.text();
    expect(page).toContain('Este certificado es válido.');
    expect(page).toContain('Íñigo &lt;img src=x&gt;');
    expect(page).toContain('Knots &amp; &lt;b&gt;Sails&lt;/b&gt;');
  });
  expect(queries).toHaveLength(1);
});

it('answers HEAD alike without the page, and nothing else', async () => {
  const head = await open(code, { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(500);
  expect(await head.text()).toBe('');
  const posted = await open(code, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

it.each(['ABCD-EFGH-JKMN', 'x', '', '%E0%A4%A', '%00', `${'A'.repeat(5_000)}`, 'a/b', newId()])(
  'knows no certificate by %s',
  async (wrong) => {
    const response = await open(wrong);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('There is no certificate with this code.');
  },
);

it('says that one was revoked', async () => {
  await learning.sql('UPDATE learning.certificates SET revoked_at = now()');
  const page = await (await open(code)).text();
  expect(page).toContain('no longer valid');
});

it('has a limit for each address, and says when to come again', async () => {
  const answers = await Promise.all(Array.from({ length: 70 }, () => open('x')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(10);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
});
