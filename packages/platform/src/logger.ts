import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Keys whose values never reach a log, wherever they stand in a logged object. */
const secretKeys = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'email',
  'secret',
];

/**
 * One JSON line per event, with the process's name.
 * @param destination where lines go; standard output when left out (tests pass a stream)
 */
export function createLogger(
  options: { readonly name: string; readonly level: string },
  destination?: DestinationStream,
): Logger {
  return pino(
    {
      name: options.name,
      level: options.level,
      redact: {
        paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination(1),
  );
}

/** Says nothing: the default for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
