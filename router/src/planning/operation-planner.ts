import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlan, type QueryPlannerConfig } from '@apollo/query-planner';
import { print, printSchema, stripIgnoredCharacters, type DocumentNode } from 'graphql';
import { rightsAt, type AccessLevel } from '../authorization/access-level.js';
import { filterOperation } from '../authorization/filter.js';
import { accessRequirements } from '../authorization/requirements.js';
import { OperationError } from '../execution/errors.js';
import { supportedFeatures } from '../supergraph/features.js';
import {
  checkLimits,
  checkValues,
  chooseOperation,
  ownDefinitions,
  parseDocument,
  tooLarge,
  traits,
  validateDocument,
} from './document.js';
import { addedFields, withOwnNames } from './own-names.js';
import type {
  PlannedOperation,
  PlannerSettings,
  PlanningOutcome,
  PlanningRequest,
  SupergraphFacts,
} from './protocol.js';

/**
 * The planner weighs every combination of ways to a field. By default it may weigh 10,000, which took seconds for
 * a query of 20 lines; a hundred gave the same plans in milliseconds.
 */
export const plannerConfig: QueryPlannerConfig = { debug: { maxEvaluatedPlans: 100 } };

/** The main thread compiles a plan in one go: some 20 ms for one of this length, one or two for an honest one. */
const defaultMaxPlanCharacters = 500_000;

/** Parses, validates and plans operations on one version of the supergraph; remembers nothing. */
export interface OperationPlanner {
  readonly facts: SupergraphFacts;
  /** Never throws. */
  plan(request: PlanningRequest): PlanningOutcome;
}

/** @throws when the supergraph is not valid */
export function operationPlanner(
  settings: PlannerSettings,
  maxPlanCharacters = defaultMaxPlanCharacters,
): OperationPlanner {
  const { limits, introspection } = settings;
  const supergraph = Supergraph.build(settings.supergraphSdl, {
    supportedFeatures,
    validateSupergraph: false,
  });
  const apiSchema = supergraph.apiSchema();
  const schema = apiSchema.toGraphQLJSSchema();
  const planner = new QueryPlanner(supergraph, plannerConfig);
  const overrideLabels = labelsOf(supergraph);
  const added = addedFields(supergraph.schema);
  const requirements = accessRequirements(supergraph.schema);
  const { mentioned } = requirements;

  const buildPlan = (document: DocumentNode, overrides: readonly string[]): QueryPlan => {
    const operation = operationFromDocument(apiSchema, document, { validate: false });
    const overrideConditions = new Map(overrides.map((label) => [label, true]));
    return planner.buildQueryPlan(operation, { overrideConditions });
  };
  const withoutRefused = (document: DocumentNode, access: AccessLevel) => {
    if (mentioned.length === 0) return { document, refused: [] };
    const rights = rightsAt(mentioned, access);
    return filterOperation(schema, document, (...of) => requirements.allows(rights, ...of));
  };
  const plan = ({ query, operationName, overrides, access }: PlanningRequest): PlannedOperation => {
    const document = parseDocument(query, limits);
    checkValues(document);
    validateDocument(schema, document, introspection);
    const operation = chooseOperation(document, operationName);
    checkLimits(document, operation, limits);
    const own = withOwnNames(ownDefinitions(document, operation), added);
    const { document: allowed, refused } = withoutRefused(own, access);
    const planText = JSON.stringify(buildPlan(allowed, overrides));
    if (planText.length > maxPlanCharacters) throw tooLarge('Its plan is too long.');
    const normalisedText = stripIgnoredCharacters(print(own));
    return { normalisedText, plan: planText, refused, ...traits(own) };
  };

  return {
    facts: {
      apiSchemaSdl: printSchema(schema),
      subgraphs: new Map(supergraph.subgraphsMetadata().map(({ name, url }) => [name, url])),
      overrideLabels,
      mentionedRights: mentioned,
    },
    plan(request) {
      try {
        return { kind: 'planned', operation: plan(request) };
      } catch (error) {
        if (error instanceof OperationError) {
          const { errors, status, jsonStatus } = error;
          return { kind: 'refused', errors, status, jsonStatus };
        }
        // The planner refuses a few valid operations.
        return { kind: 'failed', reason: String(error) };
      }
    },
  };
}

/** Every label of a progressive `@override` in the supergraph. */
function labelsOf({ schema }: Supergraph): string[] {
  const applications = schema.directive('join__field')?.applications() ?? [];
  const labels = [...applications].flatMap((application) => {
    const { overrideLabel } = application.arguments() as { overrideLabel?: string };
    return overrideLabel ?? [];
  });
  return [...new Set(labels)].sort();
}
