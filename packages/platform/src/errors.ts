/**
 * The error catalogue: every code that may reach a client, with the HTTP status that fits it when the
 * whole request fails. Codes of business refusals (`COURSE_FULL`, …) belong to their features; these are
 * the ones that any part of the platform may raise.
 */
export const errorCatalogue = {
  UNAUTHENTICATED: { status: 401, message: 'Sign in to do this.' },
  FORBIDDEN: { status: 403, message: 'You may not do this.' },
  NOT_FOUND: { status: 404, message: 'There is no such thing.' },
  BAD_USER_INPUT: { status: 400, message: 'The input is not valid.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the body as application/json.' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'Use GET or POST.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests; try again later.' },
  STORE_UNAVAILABLE: { status: 503, message: 'A data store is not reachable at the moment.' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'The service is not available at the moment.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'Something went wrong on our side.' },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/**
 * An expected failure of a whole operation, safe to show to the client as it is.
 * Anything else that is thrown is a defect: it is masked and logged.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string = errorCatalogue[code].message,
    extensions: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.extensions = extensions;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** A wrong or missing configuration. `problems` has one line for each; the start program prints them and exits 1. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** What `cause` chains and drivers throw is `unknown`; this gives the text for a log line. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
