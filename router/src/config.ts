import type { Role } from '@pcc/platform';
import type { PolicyDecision } from './authorization/claims.js';

export type RateLimitedRole = Role | 'anonymous';

export interface Limits {
  /** Of a request body, in bytes. */
  readonly maxBodyBytes: number;
  /** Of an operation's text. */
  readonly maxTokens: number;
  /** Of nested fields. */
  readonly maxDepth: number;
  /** Of an operation, its fragments written out: fields under another name. */
  readonly maxAliases: number;
  /** Of an operation, its fragments written out. */
  readonly maxDirectives: number;
  /** Of an operation: each is a fetch, and of a mutation a change, which a rate limit would count as one. */
  readonly maxRootFields: number;
  /** What an operation may cost at most, by IBM's specification; enforced where the supergraph says anything of costs. */
  readonly maxCost: number;
  /** For a subgraph to answer, in milliseconds. */
  readonly subgraphTimeoutMs: number;
  /** For an operation in all, in milliseconds. What has not come by then is missing, with an error. */
  readonly requestTimeoutMs: number;
  /** Of a subgraph's answer, in bytes. */
  readonly maxSubgraphAnswerBytes: number;
  /** Messages of one subscription that wait for a slow client before it is dropped, or replays from the store. */
  readonly maxQueuedMessages: number;
  /** Of answers that wait for the client of one socket; one that lets more wait is dropped. */
  readonly maxBufferedBytes: number;
  /** Subscriptions and operations open at once on one socket. */
  readonly maxOperationsPerSocket: number;
  /** Sockets open at once on this process. */
  readonly maxSockets: number;
  /** Sockets of one person, or of one address where nobody is signed in. */
  readonly maxSocketsPerViewer: number;
  /** Subscriptions open at once on this process. */
  readonly maxSubscriptions: number;
  /** Subscriptions of one person, or of one address, on all her sockets. */
  readonly maxSubscriptionsPerViewer: number;
  /** How often a socket must show that it is alive, in milliseconds. */
  readonly keepAliveMs: number;
}

export const defaultLimits: Limits = {
  maxBodyBytes: 1024 * 1024,
  maxTokens: 10_000,
  maxDepth: 20,
  maxAliases: 200,
  maxDirectives: 200,
  maxRootFields: 50,
  maxCost: 50_000,
  subgraphTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  maxSubgraphAnswerBytes: 32 * 1024 * 1024,
  maxQueuedMessages: 1_000,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxOperationsPerSocket: 100,
  maxSockets: 20_000,
  maxSocketsPerViewer: 100,
  maxSubscriptions: 50_000,
  maxSubscriptionsPerViewer: 500,
  keepAliveMs: 12_000,
};

/** Requests a second, by role; anonymous ones count by address (DESIGN section 9). */
export type RateLimits = Readonly<Record<RateLimitedRole, number>>;

export const defaultRateLimits: RateLimits = {
  anonymous: 10,
  student: 100,
  instructor: 200,
  admin: 500,
};

export const defaultSlowOperationMs = 1_000;
export const defaultPerformanceSampleRate = 0.1;

export interface RouterConfig {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** Newest first; the first signs. Subgraphs verify with the same. */
  readonly viewerSecrets: readonly string[];
  /** Where the keys of access tokens are published. Without it everybody is anonymous, and a token is refused. */
  readonly jwksUrl?: string | undefined;
  /** Decides which policies of `@policy` a viewer meets; default those of her token's claim `policies`. */
  readonly policies?: PolicyDecision | undefined;
  /**
   * GraphQL endpoints by subgraph name. Without `supergraphFile` the supergraph is composed from them;
   * with it they override the file's routing URLs.
   */
  readonly subgraphs?: Readonly<Record<string, string>> | undefined;
  readonly supergraphFile?: string | undefined;
  /** Keeps the last composed supergraph, for a start while a subgraph is down. */
  readonly lastGoodSupergraphFile?: string | undefined;
  /** How often the supergraph is read again; default 5 s, 0 never. */
  readonly supergraphPollMs?: number | undefined;
  /** How long the start waits for subgraphs to compose from; default 15 s. */
  readonly startTimeoutMs?: number | undefined;
  /** Origins of web pages that may read answers; `*` allows all. The router's own is always allowed. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Operations that clients may run by their hash; with `only`, no others may run. */
  readonly trustedDocuments?: { readonly directory: string; readonly only: boolean } | undefined;
  /** Whether clients may read the schema; default true. */
  readonly introspection?: boolean | undefined;
  /** Whether `/` serves the playground; default true. */
  readonly playground?: boolean | undefined;
  /** Whether errors name the subgraph; default true. */
  readonly exposeSubgraphNames?: boolean | undefined;
  /** Whether clients see what subgraphs' errors say that have no code of their own; default true. */
  readonly exposeDefects?: boolean | undefined;
  /** Whether public answers to anonymous viewers are kept; default true. */
  readonly responseCache?: boolean | undefined;
  /** Whether identical queries in flight are executed once; default true. */
  readonly deduplication?: boolean | undefined;
  /** Whether entities are kept for as long as their subgraph allows; default true. */
  readonly entityCache?: boolean | undefined;
  /** Names, in lower case, of the client's headers that subgraphs get; default none. */
  readonly forwardHeaders?: readonly string[] | undefined;
  /** Whether `x-forwarded-for` tells the client's address: only behind a proxy that sets it. */
  readonly trustProxy?: boolean | undefined;
  /** Whether everybody may ask for an operation's plan and cost; default true. Admins always may. */
  readonly explain?: boolean | undefined;
  /** Operations that take longer, in milliseconds, are logged; default 1 s, 0 never. */
  readonly slowOperationMs?: number | undefined;
  /** Which part of all operations is reported to insights, from 0 to 1; default 0.1. */
  readonly performanceSampleRate?: number | undefined;
  /** Whether OpenTelemetry traces are made; default false. */
  readonly tracing?: boolean | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** `false` switches rate limits off. */
  readonly rateLimits?: Partial<RateLimits> | false | undefined;
}
