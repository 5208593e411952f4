/** Access control on fields, types, interfaces, unions, scalars and enums, and what can be reached around it. */
const people = [
  { id: 'u1', name: 'Ann', email: 'ann@example.com', ssn: '111', pay: 10, level: 'LOW' },
  { id: 'u2', name: 'Bob', email: 'bob@example.com', ssn: '222', pay: 20, level: 'HIGH' },
].map((person) => ({ __typename: 'Person', ...person }));
type Person = (typeof people)[number];
const vault = { __typename: 'Vault', id: 'v1', label: 'gold', amount: 7 };
const shelf = {
  __typename: 'Shelf',
  id: 's1',
  label: 'books',
  motto: 'read',
  page: { number: 1, text: 'one' },
};
const box = {
  __typename: 'Box',
  id: 'b1',
  label: 'shoes',
  motto: 'walk',
  page: { number: 2, text: 'two' },
};
const account = { iban: 'IBAN1', owner: 'Ann', partner: { iban: 'IBAN2', owner: 'Bob' } };

/** The fields of mutations that ran. */
export const ran: string[] = [];
const run = <Value>(name: string, value: Value): Value => {
  ran.push(name);
  return value;
};

const byId = ({ id }: { id: string }) => people.find((person) => person.id === id);

export const accessControlGraph = {
  people: {
    typeDefs: `
      type Query {
        me: Person
        people: [Person!]!
        strict: Int! @authenticated
        place: Place places: [Place] thing: Thing things: [Thing]
        mottos: [Motto]
        vault: Vault
        account: Account
      }
      type Mutation {
        rename(name: String): Person
        wipe: Int @authenticated
        open: Vault
        after: Int
      }
      type Subscription { changed: Person wiped: Int @authenticated opened: Vault }
      type Person @key(fields: "id") {
        id: ID!
        name: String
        email: String @requiresScopes(scopes: [["read:email"], ["read:all", "staff"]])
        ssn: String! @authenticated
        pay: Money
        level: Level
        boss: Person
        gift(for: String): Gift
      }
      scalar Money @requiresScopes(scopes: [["read:pay"]])
      enum Level @policy(policies: [["hr"]]) { LOW HIGH }
      type Gift { text: String @policy(policies: [["giver", "owner"]]) price: Int }
      interface Place { id: ID! label: String }
      type Vault implements Place @key(fields: "id") @authenticated { id: ID! label: String amount: Int }
      interface Motto { id: ID! motto: String page: Page }
      type Page { number: Int text: String }
      type Shelf implements Place & Motto @key(fields: "id") { id: ID! label: String motto: String @authenticated page: Page @authenticated }
      type Box implements Place & Motto @key(fields: "id") { id: ID! label: String motto: String page: Page }
      union Thing = Vault | Shelf | Box
      type Account @key(fields: "iban") { iban: ID @authenticated owner: String partner: Account }
    `,
    resolvers: {
      Query: {
        me: () => people[0],
        people: () => people,
        strict: () => 1,
        place: () => vault,
        places: () => [vault, shelf, box, null],
        thing: () => vault,
        things: () => [vault, shelf, null, box],
        mottos: () => [shelf, box],
        vault: () => vault,
        account: () => account,
      },
      Mutation: {
        rename: (_: unknown, { name }: { name: string }) => run('rename', { ...people[0], name }),
        wipe: () => run('wipe', 1),
        open: () => run('open', vault),
        after: () => run('after', 2),
      },
      Person: {
        __resolveReference: byId,
        boss: ({ id }: Person) => people.find((person) => person.id !== id),
        gift: (_: Person, { for: reason }: { for: string }) => ({ text: reason, price: 3 }),
      },
    },
  },
  more: {
    typeDefs: `
      type Person @key(fields: "id") {
        id: ID!
        email: String @external
        mail: String @requires(fields: "email") @requiresScopes(scopes: [["read:email"], ["read:all", "staff"]])
        rating: Int
        friends: [Person] @authenticated
      }
      type Account @key(fields: "iban") { iban: ID @authenticated balance: Int }
      type Vault @key(fields: "id") @authenticated { id: ID! depth: Int }
      type Shelf @key(fields: "id") { id: ID! depth: Int }
    `,
    resolvers: {
      Person: {
        mail: ({ email }: { email: string }) => `mailto:${email}`,
        rating: () => 5,
        friends: () => [{ id: 'u2' }],
      },
      Account: { balance: ({ iban }: { iban: string }) => iban.length },
      Vault: { depth: () => 30 },
      Shelf: { depth: () => 3 },
    },
  },
};
