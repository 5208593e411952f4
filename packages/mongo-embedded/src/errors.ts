import type { Document } from './bson/types.js';

/** MongoDB's own numbers for the refusals this server can give; drivers branch on them. */
const codes = {
  BadValue: 2,
  NoSuchKey: 4,
  InvalidIdField: 53,
  FailedToParse: 9,
  TypeMismatch: 14,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  NotSingleValueField: 54,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CannotSatisfyWriteConcern: 100,
  WriteConflict: 112,
  CommandNotSupportedOnView: 166,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  TransactionTooOld: 225,
  NotImplemented: 238,
  CursorInUse: 235,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  OperationNotSupportedInTransaction: 263,
  TooManyLogicalSessions: 261,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  ConflictingOperationInProgress: 117,
  DocumentValidationFailure: 121,
  NoQueryExecutionPlans: 291,
  LanguageOverrideType: 17261,
  UnknownMeta: 17308,
  TextMatchNotFirst: 17313,
  MetadataMissing: 40218,
  UnknownGroupOperator: 15952,
  UnrecognizedPipelineStage: 40324,
  UnknownField: 40415,
  PipelineStageShape: 40323,
  GroupWithoutId: 15955,
  ProjectionMixed: 31254,
  ProjectionCollision: 31250,
  InternalError: 1,
  InvalidLength: 16,
  InterruptedAtShutdown: 11600,
} as const;

export type ErrorName = keyof typeof codes;

/** Names that MongoDB reports as `Location<code>` because they have no symbolic name. */
const unnamed: ReadonlySet<ErrorName> = new Set([
  'UnknownGroupOperator',
  'UnrecognizedPipelineStage',
  'UnknownField',
  'PipelineStageShape',
  'GroupWithoutId',
  'ProjectionMixed',
  'ProjectionCollision',
  'LanguageOverrideType',
  'UnknownMeta',
  'TextMatchNotFirst',
  'MetadataMissing',
]);

/** A refusal that reaches the client as MongoDB would word it: number, name, message. */
export class CommandError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly extra: Document;
  readonly labels: string[];

  constructor(
    errorName: ErrorName,
    message: string,
    { extra = {}, labels = [] }: { extra?: Document; labels?: string[] } = {},
  ) {
    super(message);
    this.name = 'CommandError';
    this.code = codes[errorName];
    this.codeName = unnamed.has(errorName) ? `Location${this.code}` : errorName;
    this.extra = extra;
    this.labels = labels;
  }
}

export const badValue = (message: string): CommandError => new CommandError('BadValue', message);
export const failedToParse = (message: string): CommandError =>
  new CommandError('FailedToParse', message);
export const typeMismatch = (message: string): CommandError =>
  new CommandError('TypeMismatch', message);

/** For what MongoDB can do and this server cannot: a refusal the developer can act on. */
export const notImplemented = (what: string): CommandError =>
  new CommandError(
    'NotImplemented',
    `${what} is not implemented by the embedded development server (see COMMANDS.md of packages/mongo-embedded); use a real MongoDB through MONGODB_URL`,
  );

export const writeConflict = (): CommandError =>
  new CommandError(
    'WriteConflict',
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    { labels: ['TransientTransactionError'] },
  );

/** The reply document of a failed command. */
export function errorReply(error: CommandError): Document {
  return {
    ok: 0,
    errmsg: error.message,
    code: error.code,
    codeName: error.codeName,
    ...error.extra,
    ...(error.labels.length > 0 ? { errorLabels: error.labels } : {}),
  };
}
