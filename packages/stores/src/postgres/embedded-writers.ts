import pg from 'pg';

/** What clients do to an embedded Postgres that is going to be killed, and what must be there afterwards. */

const accounts = 8;
const opening = 1_000;

export async function createTables(url: string): Promise<void> {
  await withClient(url, (client) =>
    client.query(`
      CREATE TABLE entries (writer int, n int, payload text, PRIMARY KEY (writer, n));
      CREATE INDEX entries_n_idx ON entries (n);
      CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
      INSERT INTO accounts SELECT id, ${opening} FROM generate_series(1, ${accounts}) AS id;
      CREATE TABLE transfers (writer int, n int, debit int, credit int, amount int, PRIMARY KEY (writer, n));
      CREATE TABLE documents (writer int PRIMARY KEY, n int, body text, digest text);
      CREATE TABLE made (writer int, n int, PRIMARY KEY (writer, n));`),
  );
}

export async function withClient<Value>(
  url: string,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // a killed server also fails the query under way
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Write = (client: pg.Client, writer: number, n: number) => Promise<unknown>;

/** Several statements that count as one. */
const inTransaction = async (client: pg.Client, ...statements: [string, unknown[]][]) => {
  await client.query('BEGIN');
  for (const [sql, values] of statements) await client.query(sql, values);
  await client.query('COMMIT');
};

const kinds = {
  entries: (client, writer, n) =>
    client.query('INSERT INTO entries VALUES ($1, $2, $3)', [writer, n, 'x'.repeat(n % 500)]),

  transfers: (client, writer, n) => {
    const debit = 1 + (n % accounts);
    const credit = 1 + ((n * 3 + writer) % accounts);
    const amount = 1 + (n % 7);
    return inTransaction(
      client,
      ['UPDATE accounts SET balance = balance - $2 WHERE id = $1', [debit, amount]],
      ['INSERT INTO transfers VALUES ($1, $2, $3, $4, $5)', [writer, n, debit, credit, amount]],
      ['UPDATE accounts SET balance = balance + $2 WHERE id = $1', [credit, amount]],
    );
  },

  /** Large values lie apart from their row, in pieces. */
  documents: (client, writer, n) =>
    client.query(
      `INSERT INTO documents SELECT $1, $2, body, md5(body)
         FROM (SELECT string_agg(md5(($1 * 7919 + $2 * i)::text), '') AS body FROM generate_series(1, 2000) AS i) AS made
       ON CONFLICT (writer) DO UPDATE SET n = excluded.n, body = excluded.body, digest = excluded.digest`,
      [writer, n],
    ),

  made: (client, writer, n) =>
    inTransaction(
      client,
      ['INSERT INTO made VALUES ($1, $2)', [writer, n]],
      [`CREATE TABLE made_${writer}_${n} (id int PRIMARY KEY)`, []],
      [`INSERT INTO made_${writer}_${n} VALUES (1)`, []],
    ),
} satisfies Record<string, Write>;
export type Kind = keyof typeof kinds;

/** What one client was told is done, over all lives of the server. */
export interface Writer {
  readonly id: number;
  readonly kind: Kind;
  /** The last number that was acknowledged. */
  acknowledged: number;
  /** The last number that was sent; it may have been done or not. */
  sent: number;
}

/** Writes one after the other until the connection is lost. */
export async function write(url: string, writer: Writer): Promise<void> {
  await withClient(url, async (client) => {
    for (;;) {
      writer.sent++;
      await kinds[writer.kind](client, writer.id, writer.sent);
      writer.acknowledged = writer.sent;
    }
  }).catch(() => undefined);
}

/** What contradicts the promises; nothing, if all are kept. What is there becomes what is known. */
export async function broken(client: pg.Client, writers: readonly Writer[]): Promise<string[]> {
  const problems: string[] = [];
  for (const writer of writers) problems.push(...(await lost(client, writer)));
  for (const [what, sql] of Object.entries(invariants)) {
    const { rows } = await client.query(sql);
    if (rows.length > 0) problems.push(`${what}: ${JSON.stringify(rows.slice(0, 3))}`);
  }
  const [byTable, byIndex] = [await entries(client, 'index'), await entries(client, 'seq')];
  if (byTable !== byIndex)
    problems.push(`${byTable} entries in the table, ${byIndex} in its index`);
  return problems;
}

/** Numbers are there without a gap, up to the last acknowledged one; the one under way may be there. */
async function lost(client: pg.Client, writer: Writer): Promise<string[]> {
  const { kind, id, acknowledged, sent } = writer;
  const { rows } = await client.query<{ n: number }>(
    `SELECT n FROM ${kind} WHERE writer = $1 ORDER BY n`,
    [id],
  );
  const last = rows.at(-1)?.n ?? 0;
  // A document is overwritten: only its last state is there.
  const gap = kind !== 'documents' && rows.some(({ n }, index) => n !== index + 1);
  writer.sent = writer.acknowledged = last;
  return gap || last < acknowledged || last > sent
    ? [
        `${kind} of writer ${id}: ${last} found${gap ? ', with gaps' : ''}, ${acknowledged} acknowledged, ${sent} sent`,
      ]
    : [];
}

/** Counts without one of the two ways to look. */
async function entries(client: pg.Client, disabled: 'index' | 'seq'): Promise<string> {
  const off =
    disabled === 'seq'
      ? 'SET LOCAL enable_seqscan = off'
      : 'SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off';
  await client.query(`BEGIN; ${off}`);
  const { rows } = await client.query<{ found: string }>(
    `SELECT count(*) || ' ' || coalesce(sum(n), 0) AS found FROM entries WHERE n >= 0`,
  );
  await client.query('COMMIT');
  return rows[0]?.found ?? '';
}

/** Each finds rows only where something is torn. */
const invariants = {
  'balances are not what transfers make them': `
    SELECT id, balance FROM accounts AS a WHERE balance <> ${opening}
      + (SELECT coalesce(sum(amount), 0) FROM transfers WHERE credit = a.id)
      - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE debit = a.id)`,
  'a document is torn': 'SELECT writer, n FROM documents WHERE md5(body) <> digest',
  'a table is there without its row, or a row without its table': `
    SELECT name FROM (SELECT 'made_' || writer || '_' || n AS name FROM made) AS m
      FULL JOIN (SELECT relname::text AS name FROM pg_class WHERE relname ~ '^made_[0-9]+_[0-9]+$') AS c USING (name)
     WHERE m.name IS NULL OR c.name IS NULL`,
};
