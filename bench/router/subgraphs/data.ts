/**
 * A shop in four subgraphs, in the shape of the public federation benchmark (graphql-hive/router, `bench/`): people
 * write long reviews, and much of what a page shows is the same few popular products again. All of it follows from
 * numbers, so that each process makes the same.
 */
export const userCount = 60;
export const productCount = 60;
const reviewsPerUser = 2;
/** Of five products in a row; the first is the popular one. */
const reviewsOfFive = [4, 4, 1, 2, 0];
/** So many people in a row have bought the same popular product. */
const peoplePerProduct = 6;
/** Characters of a review's text; the public data's have 150 to 850. */
const reviewLengths = [450, 290, 280, 150];

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

/** Who reviewed a product; the page that shows it shows her other reviews too. */
const reviewerOf = (product: number) => (product * peoplePerProduct) % userCount;
const sentence =
  'What I liked about this, and what I would have liked to know before, told at some length. ';

export const reviews = products
  .flatMap(({ upc }, product) =>
    Array.from({ length: reviewsOfFive[product % reviewsOfFive.length] ?? 0 }, () => ({
      productUpc: upc,
      authorId: `user-${reviewerOf(product)}`,
    })),
  )
  .map((review, index) => ({
    ...review,
    id: `review-${index}`,
    body: sentence.repeat(6).slice(0, reviewLengths[index % reviewLengths.length]),
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
/** How many of each product there are; a mutation may change it. */
export const stock = new Map(
  products.map(({ upc }, index) => [upc, index % 3 === 0 ? 0 : 1_000_000]),
);

export const productByUpc = new Map(products.map((product) => [product.upc, product]));
export const reviewsByProduct = groupBy(reviews, ({ productUpc }) => productUpc);
/** Everybody's reviews are of the popular product that people near her bought. */
export const reviewsByAuthor = new Map(
  users.map(({ id }, index) => {
    const popular = (Math.floor(index / peoplePerProduct) * reviewsOfFive.length) % productCount;
    return [id, (reviewsByProduct.get(`product-${popular}`) ?? []).slice(0, reviewsPerUser)];
  }),
);

/** A window of a list that begins again at its end, so that every variable gives an answer of the same size. */
export const window = <Item>(items: readonly Item[], first: number, skip: number): Item[] =>
  Array.from({ length: first }, (_, index) => items[(skip + index) % items.length] as Item);
