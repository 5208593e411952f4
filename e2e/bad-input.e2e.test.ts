import { randomUUID } from 'node:crypto';
import { politely } from '@pcc/testkit';
import { describe, expect, inject, it } from 'vitest';
import { signedInAs, visitor } from './graph.js';

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

const post = async (body: string, headers: Record<string, string> = {}) => {
  const response = await politely(() =>
    fetch(new URL('/graphql', inject('platform').url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }),
  );
  return { status: response.status, body: (await response.json()) as Body };
};
const query = (text: string) => JSON.stringify({ query: text });

describe('a bad request', () => {
  it.each([
    ['an unknown field', query('{ nope }'), {}, 200, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a wrong type',
      query('{ courses(first: "x") { nodes { id } } }'),
      {},
      200,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a syntax error', query('{ courses'), {}, 200, 'GRAPHQL_PARSE_FAILED'],
    ['malformed JSON', '{"query":', {}, 400, 'BAD_USER_INPUT'],
    ['a body that is no object', '[]', {}, 400, 'BAD_USER_INPUT'],
    [
      'an oversized body',
      query(`{ courses { nodes { id } } } #${'x'.repeat(2_000_000)}`),
      {},
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'an unknown content type',
      'query={courses}',
      { 'content-type': 'text/csv' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a forged token',
      query('{ me { id } }'),
      { authorization: 'Bearer a.b.c' },
      401,
      'UNAUTHENTICATED',
    ],
  ])('%s is answered with a coded error', async (_name, body, headers, status, code) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.[0]?.extensions.code).toBe(code);
    expect((await fetch(new URL('/health', inject('platform').url))).ok).toBe(true);
  });

  it('cannot pass itself off as somebody by headers', async () => {
    const answer = await post(query('{ me { id } }'), { 'x-pcc-viewer': 'x', 'x-user-id': '1' });
    expect(answer.body).toEqual({ data: { me: null } });
  });
});

/** `userErrors` of a mutation's only field. */
const refusal = async (
  client: Awaited<ReturnType<typeof signedInAs>>,
  mutation: string,
  variables: Record<string, unknown> = {},
) => {
  const { data, errors } = await client.query<Record<string, { userErrors: unknown[] }>>(
    mutation,
    variables,
  );
  expect(errors).toBeUndefined();
  return Object.values(data)[0]?.userErrors;
};

const register = `mutation ($input: RegisterInput!) {
  register(input: $input) { accepted userErrors { code field } }
}`;
const person = () => ({
  email: `${randomUUID()}@example.test`,
  password: 'correct horse battery',
  displayName: 'A',
});

describe('bad input of a mutation', () => {
  it.each([
    ['an invalid e-mail', { email: 'nobody' }, 'INVALID_EMAIL', ['input', 'email']],
    ['a weak password', { password: 'password' }, 'WEAK_PASSWORD', ['input', 'password']],
  ])('%s', async (_name, change, code, field) => {
    const errors = await refusal(visitor(), register, { input: { ...person(), ...change } });
    expect(errors).toContainEqual({ code, field });
  });

  it('a negative amount', async () => {
    const admin = await signedInAs('admin');
    const { courses } = await admin.run<{ courses: { nodes: { id: string }[] } }>(
      '{ courses(first: 1) { nodes { id } } }',
    );
    const errors = await refusal(
      admin,
      `mutation ($input: SetCoursePriceInput!) {
         setCoursePrice(input: $input) { userErrors { code field } }
       }`,
      { input: { courseId: courses.nodes[0]?.id, amountMinor: '-1', currency: 'EUR' } },
    );
    expect(errors).toEqual([
      { code: expect.any(String) as string, field: ['input', 'amountMinor'] },
    ]);
  });

  it.each(['no-uuid', randomUUID()])('an unknown id (%s)', async (lessonId) => {
    const student = await signedInAs('student');
    const errors = await refusal(
      student,
      `mutation ($id: ID!) {
         completeLesson(input: { lessonId: $id }) { userErrors { code field } }
       }`,
      { id: lessonId },
    );
    expect(errors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'lessonId'] }]);
  });

  it("somebody else's course", async () => {
    const student = await signedInAs('student');
    const { courses } = await student.run<{ courses: { nodes: { id: string }[] } }>(
      '{ courses(first: 1) { nodes { id } } }',
    );
    const answer = await student.query(
      `mutation ($id: ID!) {
         updateCourse(input: { courseId: $id, title: "Mine" }) { userErrors { code field } }
       }`,
      { id: courses.nodes[0]?.id },
    );
    expect(JSON.stringify(answer)).toContain('FORBIDDEN');
  });
});
