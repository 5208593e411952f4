import { z } from 'zod';
import { ClientError } from '../client/errors.js';
import type { Operator } from '../dead-letters/operator.js';

export interface WantedAdmin {
  readonly email: string;
  readonly name: string | undefined;
  readonly password: string | undefined;
}

const answerSchema = z.union([
  z.object({ userErrors: z.array(z.object({ code: z.string(), message: z.string() })).min(1) }),
  z.object({
    userId: z.string(),
    outcome: z.enum(['CREATED', 'PROMOTED', 'ALREADY_ADMIN']),
    token: z.string().nullable(),
    link: z.string().nullable(),
  }),
]);

/** Makes an admin. @returns what to tell the operator @throws ClientError with what is wrong with the input */
export async function createAdmin(operator: Operator, wanted: WantedAdmin): Promise<string[]> {
  const answer = await operator.call('learning', '/internal/admins/create', wanted, answerSchema);
  if ('userErrors' in answer) {
    throw new ClientError(
      answer.userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'),
    );
  }
  const { outcome, userId, token, link } = answer;
  const { email, password } = wanted;
  if (outcome === 'ALREADY_ADMIN')
    return [`${email} is an admin already (${userId}); nothing was changed.`];
  if (outcome === 'PROMOTED') {
    return [
      `${email} had an account (${userId}) and is an admin now. Her sessions have ended; her password is as it was.`,
    ];
  }
  const made = `${email} is an admin now (${userId}).`;
  if (password !== undefined || token === null || link === null) return [made];
  return [
    made,
    'Set the password within an hour; this works once:',
    `  ${link}`,
    `  token: ${token}`,
  ];
}
