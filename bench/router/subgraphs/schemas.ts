import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import {
  productByUpc,
  products,
  reviewsByAuthor,
  reviewsByProduct,
  stock,
  userById,
  users,
  window,
} from './data.js';

interface Window {
  readonly first: number;
  readonly skip: number;
}
interface ProductReference {
  readonly upc: string;
  readonly price?: number;
  readonly weight?: number;
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@provides", "@shareable"])\n`;

const definitions = {
  accounts: {
    typeDefs: `
      type Query { me: User user(id: ID!): User users(first: Int! = 5, skip: Int! = 0): [User!]! }
      type User @key(fields: "id") { id: ID! name: String username: String birthday: Int }`,
    resolvers: {
      Query: {
        me: () => users[0],
        user: (_: unknown, { id }: { id: string }) => userById.get(id) ?? null,
        users: (_: unknown, { first, skip }: Window) => window(users, first, skip),
      },
      User: { __resolveReference: ({ id }: { id: string }) => userById.get(id) ?? null },
    },
  },
  products: {
    typeDefs: `
      type Query { topProducts(first: Int! = 5, skip: Int! = 0): [Product!]! }
      type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
    resolvers: {
      Query: {
        topProducts: (_: unknown, { first, skip }: Window) => window(products, first, skip),
      },
      Product: {
        __resolveReference: ({ upc }: ProductReference) => productByUpc.get(upc) ?? null,
      },
    },
  },
  inventory: {
    typeDefs: `
      type Product @key(fields: "upc") {
        upc: String! price: Int @external weight: Int @external inStock(atLeast: Int! = 1): Boolean
        shippingEstimate: Int @requires(fields: "price weight")
      }
      type Mutation { setStock(upc: String!, count: Int!): Product! }`,
    resolvers: {
      Mutation: {
        setStock: (_: unknown, { upc, count }: { upc: string; count: number }) => {
          stock.set(upc, count);
          return { upc };
        },
      },
      Product: {
        __resolveReference: (reference: ProductReference) => reference,
        inStock: ({ upc }: ProductReference, { atLeast }: { atLeast: number }) =>
          (stock.get(upc) ?? 0) >= atLeast,
        shippingEstimate: ({ price = 0, weight = 0 }: ProductReference) =>
          price > 1000 ? 0 : Math.round(weight / 2),
      },
    },
  },
  reviews: {
    typeDefs: `
      type Review @key(fields: "id") { id: ID! body: String product: Product author: User }
      type User @key(fields: "id") { id: ID! reviews: [Review!]! }
      type Product @key(fields: "upc") { upc: String! reviews(first: Int! = 100): [Review!]! }`,
    resolvers: {
      Review: {
        author: ({ authorId }: { authorId: string }) => ({ id: authorId }),
        product: ({ productUpc }: { productUpc: string }) => ({ upc: productUpc }),
      },
      User: { reviews: ({ id }: { id: string }) => reviewsByAuthor.get(id) ?? [] },
      Product: {
        reviews: ({ upc }: ProductReference, { first }: { first: number }) =>
          (reviewsByProduct.get(upc) ?? []).slice(0, first),
      },
    },
  },
} satisfies Record<string, { typeDefs: string; resolvers: object }>;

export type SubgraphName = keyof typeof definitions;

export const subgraphNames = Object.keys(definitions) as SubgraphName[];

/** The SDL of a subgraph, for composition. */
export const sdlOf = (name: SubgraphName): string => link + definitions[name].typeDefs;

export const schemaOf = (name: SubgraphName): GraphQLSchema =>
  buildSubgraphSchema([
    { typeDefs: parse(sdlOf(name)), resolvers: definitions[name].resolvers as never },
  ]);
