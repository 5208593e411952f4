import { flagVariable, urlVariable } from '@pcc/platform';
import { z } from 'zod';
import type { RateLimits, RouterConfig } from './config.js';
import { mayForward } from './http/forwarded-headers.js';

export const listVariable = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const isUrl = (value: string) => URL.canParse(value);

/** `name=URL,name=URL` */
export const subgraphsVariable = listVariable
  .transform((items) =>
    Object.fromEntries(
      items.map((item) => [item.replace(/=.*$/, ''), item.replace(/^[^=]*=/, '')] as const),
    ),
  )
  .refine((subgraphs: Record<string, string>) => Object.values(subgraphs).every(isUrl), {
    message: 'must look like learning=http://host:4001/graphql,commerce=http://…',
  });

export const forwardHeadersVariable = listVariable
  .transform((names) => names.map((name) => name.toLowerCase()))
  .refine((names: string[]) => names.every(mayForward), {
    message: 'must be names of headers, none of which the router or HTTP itself sets',
  });

export const countVariable = z.coerce.number().int().min(1);

/** `true`, `false`, or requests a second for anonymous/student/instructor/admin: `10/100/200/500`. */
export const rateLimitsVariable = z
  .string()
  .transform((value, context): RouterConfig['rateLimits'] => {
    const flag = flagVariable.safeParse(value);
    if (flag.success) return flag.data ? undefined : false;
    const [anonymous, student, instructor, admin, ...rest] = value.split('/').map(Number);
    const limits = { anonymous, student, instructor, admin };
    const isLimit = (limit: number | undefined) => Number.isInteger(limit) && Number(limit) > 0;
    if (rest.length === 0 && Object.values(limits).every(isLimit)) return limits as RateLimits;
    context.addIssue('must be true, false, or four whole numbers such as 10/100/200/500');
    return z.NEVER;
  });

export const redisUrlVariable = urlVariable('redis:', 'rediss:');
export const jwksUrlVariable = urlVariable('http:', 'https:');
export const otlpUrlVariable = urlVariable('http:', 'https:');
