import { composeServices } from '@apollo/composition';
import { errorMessage } from '@pcc/platform';
import { parse } from 'graphql';

export interface SubgraphDefinition {
  readonly name: string;
  /** The GraphQL endpoint that the supergraph names for it. */
  readonly url: string;
  readonly sdl: string;
}

export type Composition =
  | { readonly supergraphSdl: string; readonly hints: readonly string[] }
  | { readonly errors: readonly string[] };

/** Composes subgraphs into a supergraph; says every reason why it cannot be done. */
export function composeSupergraph(subgraphs: readonly SubgraphDefinition[]): Composition {
  const services = [];
  for (const { name, url, sdl } of subgraphs) {
    try {
      services.push({ name, url, typeDefs: parse(sdl) });
    } catch (error) {
      return { errors: [`[${name}] ${errorMessage(error)}`] };
    }
  }
  const result = composeServices(services);
  if (result.errors !== undefined) return { errors: result.errors.map(({ message }) => message) };
  return {
    supergraphSdl: result.supergraphSdl,
    hints: result.hints.map((hint) => hint.toString()),
  };
}
