import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { graphClient, seed, waitFor, type Account } from '@pcc/testkit';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { newStudent, signedInAs } from './graph.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A way to the platform that can be interrupted. */
async function breakableWay(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const interrupt = () => {
    for (const socket of sockets) socket.destroy();
  };
  closing.push(() => {
    interrupt();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, interrupt };
}

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const session = '{ session { accessToken refreshToken } userErrors { code } }';

async function logIn(account: Account): Promise<Session> {
  const data = await graphClient(inject('platform').url).run<{ logIn: { session: Session } }>(
    `mutation ($input: LogInInput!) { logIn(input: $input) ${session} }`,
    { input: account },
  );
  return data.logIn.session;
}

/** A new student's notifications, of which an example hears over a line that breaks in between. */
async function follow(example: string) {
  const author = await signedInAs('instructor');
  const { client, account } = await newStudent();
  const enroll = async () => {
    const course = await seed(author).course().published().create();
    await client.run(
      'mutation ($id: ID!) { enrollInCourse(input: { courseId: $id }) { userErrors { code } } }',
      { id: course.id },
    );
  };
  const tokens = await logIn(account);
  const way = await breakableWay(inject('platform').url);
  await enroll();
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    [`docs/examples/${example}.mjs`, way.url, tokens.accessToken],
    { cwd: root },
  );
  closing.push(() => child.kill('SIGKILL'));
  let printed = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const seqs = () => [...printed.matchAll(/^(\d+) .+$/gm)].map(([, seq]) => Number(seq));
  const hears = (count: number) =>
    waitFor(() => seqs().length >= count, { what: `${count} notifications in "${printed}"` });
  await hears(1);
  await enroll();
  await hears(2);
  way.interrupt();
  await enroll();
  await hears(3);
  await enroll();
  await hears(4);
  expect(seqs()).toEqual([1, 2, 3, 4]);
  return { child, tokens, printed: () => printed };
}

describe('the examples of docs/subscriptions.md', () => {
  it('graphql-ws: each notification once, and a newer token on the living connection', async () => {
    const { child, tokens, printed } = await follow('notifications-graphql-ws');
    const { refreshSession } = await graphClient(inject('platform').url).run<{
      refreshSession: { session: Session };
    }>(
      `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) ${session} }`,
      {
        token: tokens.refreshToken,
      },
    );
    child.stdin.write(`${refreshSession.session.accessToken}\n`);
    await waitFor(() => /^until 20\d\d-.*Z$/m.test(printed()), { what: printed() });
  });

  it('Apollo Client: a query, and each notification once', async () => {
    const { printed } = await follow('notifications-apollo');
    expect(printed()).toMatch(/^A Student$/m);
  });

  it('urql: a query, and each notification once', async () => {
    const { printed } = await follow('notifications-urql');
    expect(printed()).toMatch(/^A Student$/m);
  });
});
