import { z } from 'zod';
import { ClientError } from '../client/errors.js';
import type { OpenWay, WantedAdmin } from './ways.js';

const answerSchema = z.union([
  z.object({ userErrors: z.array(z.object({ code: z.string(), message: z.string() })).min(1) }),
  z.object({
    userId: z.string(),
    outcome: z.enum(['CREATED', 'PROMOTED', 'ALREADY_ADMIN']),
    token: z.string().nullable(),
    link: z.string().nullable(),
  }),
]);

/**
 * Makes an admin.
 * @param endsSessions whether sessions that end are over at once
 * @returns what to tell the operator
 * @throws ClientError with what is wrong with the input
 */
export async function createAdmin(
  { makeAdmin }: Pick<OpenWay, 'makeAdmin'>,
  wanted: WantedAdmin,
  endsSessions = true,
): Promise<string[]> {
  const parsed = answerSchema.safeParse(await makeAdmin(wanted));
  if (!parsed.success) throw new ClientError('learning answered, and not what was expected.');
  const answer = parsed.data;
  if ('userErrors' in answer) {
    throw new ClientError(
      answer.userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'),
    );
  }
  const { outcome, userId, token, link } = answer;
  const { email } = wanted;
  if (outcome === 'ALREADY_ADMIN')
    return [`${email} is an admin already (${userId}); nothing was changed.`];
  if (outcome === 'PROMOTED') {
    const sessions = endsSessions
      ? 'Her sessions have ended'
      : 'Her sessions end within 15 minutes, because without REDIS_URL no router hears of it';
    return [
      `${email} had an account (${userId}) and is an admin now. ${sessions}; her password is as it was.`,
    ];
  }
  const made = `${email} is an admin now (${userId}).`;
  if (token === null) return [made];
  return [
    made,
    'Set the password within an hour; this works once:',
    ...(link === null ? [] : [`  ${link}`]),
    `  token: ${token}`,
  ];
}
