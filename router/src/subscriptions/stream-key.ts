import { createHash } from 'node:crypto';
import { Kind } from 'graphql';
import type { PreparedOperation } from '../execution/operation.js';
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
  const position = variableOf(prepared, positionArgument);
  const { [position]: _position, ...variables } = ready.variables;
  const viewer = admitted?.identity.viewer;
  const scope = [viewer?.id, viewer?.role, viewer?.sessionId, forwarded.text];
  const { access, normalisedText } = prepared;
  const key = JSON.stringify([supergraph.id, scope, access, normalisedText, variables]);
  return createHash('sha256').update(key).digest('base64url');
}

/** @returns the variable that gives an argument of the operation's only field and nothing else, or no name at all */
function variableOf(
  { operation, normalisedText }: PreparedOperation,
  argument: string | undefined,
): string {
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD) return '';
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value?.kind !== Kind.VARIABLE) return '';
  const name = value.name.value;
  // Where it is defined, and in this argument.
  const uses = normalisedText.match(new RegExp(`\\$${name}\\b`, 'g'));
  return uses?.length === 2 ? name : '';
}
