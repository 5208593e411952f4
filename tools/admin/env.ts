import { ConfigError } from '@pcc/platform';

/** The variable that names learning's database, which goes before a running platform; undefined when none does. */
export function databaseVariable(
  source: Readonly<Record<string, string | undefined>> = process.env,
): 'LEARNING_DATABASE_URL' | 'DATABASE_URL' | undefined {
  return (['LEARNING_DATABASE_URL', 'DATABASE_URL'] as const).find((name) => source[name]);
}

/** Where a database is, without its password. @throws ConfigError */
export function databasePlace(
  variable: string,
  source: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const text = source[variable] ?? '';
  if (!URL.canParse(text)) throw new ConfigError([`${variable}: must be a URL`]);
  const { host, pathname } = new URL(text);
  return `${decodeURIComponent(pathname.slice(1)) || 'default'} on ${host}`;
}

/** Whether the routers hear of sessions that end. */
export const hasRedis = (source: Readonly<Record<string, string | undefined>> = process.env) =>
  Boolean(source['REDIS_URL']);
