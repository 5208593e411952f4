import { Supergraph } from '@apollo/federation-internals';
import { declaredAccess } from '../authorization/declared-access.js';
import type { Rights } from '../authorization/rights.js';
import { supportedFeatures } from '../supergraph/features.js';

/** Everything that a supergraph's access control asks for. */
export function allRights(supergraphSdl: string): Rights {
  const { schema } = Supergraph.build(supergraphSdl, { supportedFeatures });
  return new Set(declaredAccess(schema).mentioned);
}
