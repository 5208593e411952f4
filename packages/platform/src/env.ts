import { z } from 'zod';
import { ConfigError } from './errors.js';

/**
 * Reads a process's configuration once, at start.
 *
 * Every problem is reported together, one line each, so that an operator mends them in one go.
 * An empty variable counts as not set: `FOO= npm start` is how people unset things in shells.
 *
 * @throws ConfigError naming each wrong or missing variable; values are never shown, they may be secret
 */
export function parseEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return given[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
    }),
  );
}

/** A TCP port; 0 asks the system for a free one. */
export const portVariable = z.coerce.number().int().min(0).max(65_535);

/** `true`/`false`/`1`/`0` from a variable. */
export const flagVariable = z.stringbool();

/**
 * A URL with one of the given protocols (`'postgresql:'`, …).
 * Only its form is checked here; whether a server answers is what `/ready` tells.
 */
export const urlVariable = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** Comma-separated secrets, newest first: the first signs, all of them verify, so that keys can rotate. */
export const secretListVariable = z
  .string()
  .transform((value) => value.split(',').map((secret) => secret.trim()))
  .refine((secrets) => secrets.every((secret) => secret.length >= 32), {
    message: 'each secret needs at least 32 characters',
  });

export const logLevelVariable = z
  .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  .default('info');
