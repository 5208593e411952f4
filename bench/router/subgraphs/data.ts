/**
 * A shop in four subgraphs, in the shape of the public federation benchmarks: people write reviews of products,
 * and both lead back to each other. All of it follows from numbers, so that each process makes the same.
 */
export const userCount = 60;
export const productCount = 60;
const reviewsPerProduct = 3;

const firstNames = ['Ada', 'Grace', 'Linus', 'Radia', 'Barbara', 'Edsger', 'Katherine', 'Alan'];

export const users = Array.from({ length: userCount }, (_, index) => ({
  id: `user-${index}`,
  name: `${firstNames[index % firstNames.length] ?? ''} ${index}`,
  username: `@person_${index}`,
  birthday: 315_532_800 + index * 86_400,
}));

export const products = Array.from({ length: productCount }, (_, index) => ({
  upc: `product-${index}`,
  name: `Product number ${index}`,
  price: 100 + ((index * 7919) % 1000),
  weight: 50 + ((index * 31) % 500),
}));

export const reviews = Array.from({ length: productCount * reviewsPerProduct }, (_, index) => ({
  id: `review-${index}`,
  body: `What I liked about this, told in a sentence or two: ${'very good '.repeat(1 + (index % 4))}`,
  authorId: `user-${(index * 13) % userCount}`,
  productUpc: `product-${Math.floor(index / reviewsPerProduct)}`,
}));

const groupBy = <Item>(items: readonly Item[], key: (item: Item) => string) => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
};

export const userById = new Map(users.map((user) => [user.id, user]));
export const productByUpc = new Map(products.map((product) => [product.upc, product]));
export const reviewsByAuthor = groupBy(reviews, ({ authorId }) => authorId);
export const reviewsByProduct = groupBy(reviews, ({ productUpc }) => productUpc);

/** A window of a list that begins again at its end, so that every variable gives an answer of the same size. */
export const window = <Item>(items: readonly Item[], first: number, skip: number): Item[] =>
  Array.from({ length: first }, (_, index) => items[(skip + index) % items.length] as Item);
