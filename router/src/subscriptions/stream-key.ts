import { createHash } from 'node:crypto';
import { Kind, type OperationDefinitionNode } from 'graphql';
import type { Ready } from '../pipeline.js';
import type { Connection } from './connections.js';

/**
 * Everything that an answer depends on beside the event: who asks, in which session, by which headers, and for what.
 * @param positionArgument of the event's field; its variable makes no difference
 */
export function streamKey(
  { admitted, forwarded }: Connection,
  ready: Ready,
  positionArgument?: string,
): string {
  const { prepared, supergraph } = ready;
  const { [variableOf(prepared.operation, positionArgument)]: _position, ...variables } =
    ready.variables;
  const viewer = admitted?.identity.viewer;
  const scope = [viewer?.id, viewer?.role, viewer?.sessionId, forwarded.text];
  const { access, normalisedText } = prepared;
  const key = JSON.stringify([supergraph.id, scope, access, normalisedText, variables]);
  return createHash('sha256').update(key).digest('base64url');
}

/** @returns the variable that an argument of the operation's only field is given by, or nothing that is a name */
function variableOf(
  { selectionSet }: OperationDefinitionNode,
  argument: string | undefined,
): string {
  const [field] = selectionSet.selections;
  if (field?.kind !== Kind.FIELD) return '';
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.VARIABLE ? value.name.value : '';
}
