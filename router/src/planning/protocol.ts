import type { GraphQLFormattedError } from 'graphql';
import type { AccessLevel } from '../authorization/access-level.js';

export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
}

/** What a planner needs to know; it goes to its thread when that starts. */
export interface PlannerSettings {
  readonly supergraphSdl: string;
  readonly limits: OperationLimits;
  readonly introspection: boolean;
}

/** What a supergraph is to the main thread, which never sees federation's own model of it. */
export interface SupergraphFacts {
  /** The schema that clients see, as SDL. */
  readonly apiSchemaSdl: string;
  /** Routing URLs by name. */
  readonly subgraphs: ReadonlyMap<string, string>;
  /** Labels of progressive overrides: `percent(…)`, or names of somebody's own. */
  readonly overrideLabels: readonly string[];
  /** What its access control asks of viewers (see `Rights`), in a fixed order; empty when it has none. */
  readonly mentionedRights: readonly string[];
}

export interface PlanningRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  /** The labels of progressive overrides that hold; all others do not. */
  readonly overrides: readonly string[];
  /** What the viewer may. */
  readonly access: AccessLevel;
}

/** An operation that may run, and the way to run it: plain data, which crosses from thread to thread. */
export interface PlannedOperation {
  /** The operation without the client's layout, other operations or unused fragments. */
  readonly normalisedText: string;
  /** A `QueryPlan` as JSON text: it crosses faster than a tree, and its length is known. */
  readonly plan: string;
  /** Variables on which `@skip` and `@include` depend: the answer's shape differs with them. */
  readonly conditions: readonly string[];
  /** Asks for `__schema` or `__type`. */
  readonly introspects: boolean;
  /** Which of the operation's fields the viewer may not see: see `fieldsAt`. They are not in the plan. */
  readonly refused: readonly number[];
}

/** What the planner's thread answers to a request. */
export type PlanningOutcome =
  | { readonly kind: 'planned'; readonly operation: PlannedOperation }
  /** The client's fault, or a limit. */
  | {
      readonly kind: 'refused';
      readonly errors: readonly GraphQLFormattedError[];
      readonly status: number;
      readonly jsonStatus: number;
    }
  /** The planner's fault. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What the planner's thread says when it has loaded the supergraph; outcomes follow. */
export interface PlannerReady {
  readonly kind: 'ready';
  readonly facts: SupergraphFacts;
}

export type PlannerMessage = PlannerReady | PlanningOutcome;
