export type OperationName = 'small' | 'medium' | 'large';

export interface BenchmarkOperation<Name extends string = string> {
  readonly name: Name;
  readonly query: string;
  /** Each request takes the next of these: no router may live from one remembered answer. */
  readonly variables: readonly Readonly<Record<string, unknown>>[];
  /** After how many of them the answers begin again; left out, each has its own. */
  readonly answers?: number;
}

const fragments = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }`;

const positions = Array.from({ length: 50 }, (_, index) => index);

export const operations: readonly BenchmarkOperation<OperationName>[] = [
  {
    name: 'small',
    query: 'query Small($id: ID!) { user(id: $id) { id name username } }',
    variables: positions.map((position) => ({ id: `user-${position}` })),
  },
  {
    name: 'medium',
    query: `query Medium($skip: Int!) {
      topProducts(first: 5, skip: $skip) { ...Product reviews { ...Review author { ...User } } }
    }${fragments}`,
    variables: positions.map((skip) => ({ skip })),
  },
  {
    // The shape of the public benchmark's operation: about 80 KB of answer.
    name: 'large',
    query: `query Large($skip: Int!) {
      users(first: 6, skip: $skip) {
        ...User
        reviews { ...Review product { ...Product reviews { ...Review author {
          ...User reviews { ...Review product { ...Product } } } } } }
      }
      topProducts(first: 5, skip: $skip) {
        ...Product
        reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
      }
    }${fragments}`,
    variables: positions.map((skip) => ({ skip })),
  },
];
