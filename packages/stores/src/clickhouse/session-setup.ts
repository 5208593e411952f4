import { formatQueryParams } from '@clickhouse/client-common';

export interface CallOptions {
  readonly clickhouse_settings?: Readonly<Record<string, unknown>> | undefined;
  readonly query_params?: Readonly<Record<string, unknown>> | undefined;
}

/** Only an HTTP server knows these; the engine refuses them. `default_format` is an option of chdb's. */
const httpSettings =
  /^(wait_end_of_query|default_format|enable_http_|send_progress_in_|http_|cancel_http_)/;

/** The engine's `max_query_size`, less room for the rest of the statement. */
const ordinaryLength = 200_000;

/**
 * What a session of the engine must be told before a call: its database, settings and parameters. Parameters are
 * set as an HTTP server sets them, from the same text. chdb's own way to bind them lets one query run at a time,
 * whatever session it is in, and cuts milliseconds off dates.
 */
export function setupStatements(database: string, options: CallOptions): string[] {
  const settings = Object.entries(options.clickhouse_settings ?? {}).filter(
    ([name, value]) => value !== undefined && !httpSettings.test(name),
  );
  const parameters = Object.entries(options.query_params ?? {}).map(
    ([name, value]) => [`param_${name}`, formatQueryParams({ value })] as const,
  );
  const assignments = [...settings, ...parameters].map(
    ([name, value]) => `${mustBeName(name)} = ${literal(value)}`,
  );
  const assign = assignments.length === 0 ? [] : [`SET ${assignments.join(', ')}`];
  const length = assign.join('').length;
  return [
    ...(database === 'default' ? [] : [`USE \`${database}\``]),
    ...(length > ordinaryLength ? [`SET max_query_size = ${4 * length}`] : []), // bytes
    ...assign,
  ];
}

function mustBeName(name: string): string {
  if (/^\w+$/.test(name)) return name;
  throw new Error(`Invalid setting name: ${JSON.stringify(name)}`);
}

const literal = (value: unknown): string => {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
};
