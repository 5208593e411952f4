import { AppError, closeStack, createMetrics, silentLogger, viewerVerifier } from '@pcc/platform';
import {
  loadTypeDefs,
  startSubgraphServer,
  subscription,
  type RequestContext,
} from '@pcc/platform/graphql';
import { redisPorts, type PubSub } from '@pcc/stores';
import { testSecrets } from '@pcc/testkit';
import type { RouterConfig } from '../config.js';
import { startRouter } from '../container.js';
import { startTokenIssuer } from './token-issuer.js';

const sdl = (name: string) => loadTypeDefs(new URL(`./sdl/${name}/`, import.meta.url));

const courses = new Map(['c1', 'c2'].map((id) => [id, { id, title: `Course ${id}` }]));

interface Note {
  seq: number;
  text: string;
  courseId: string;
}

/** A subgraph's store of notes: what the tests publish, with or without PubSub hearing of it. */
export function noteStore(pubSub: PubSub) {
  const notes: Note[] = [];
  return {
    notes,
    calls: { open: 0, replay: 0, resolve: 0 },
    /** Of a replay. */
    pageSize: 3,
    /** While set, resolving fails as if a store were down. */
    broken: false,
    async add(text: string, announce = true) {
      const note = { seq: notes.length + 1, text, courseId: 'c1' };
      notes.push(note);
      if (announce) await pubSub.publish('notes', { seq: note.seq, payload: note });
    },
    tick: (number: number, padding = '') =>
      pubSub.publish('ticks', { payload: { number, padding, course: { id: 'c1' } } }),
  };
}

export type PlatformGraph = Awaited<ReturnType<typeof startPlatformGraph>>;

/** Two subgraphs on the platform's own server, memory ports unless Redis is named, and a router over them. */
export async function startPlatformGraph(config: Partial<RouterConfig> = {}, redisUrl?: string) {
  const resources = closeStack(silentLogger);
  const redis = resources.use('redis', await redisPorts({ url: redisUrl, logger: silentLogger }));
  const issuer = resources.use('issuer', await startTokenIssuer(redis));
  const store = noteStore(redis.pubSub);
  const seen: RequestContext[] = [];
  let verifier = viewerVerifier(testSecrets);
  const start = async (name: string, resolvers: object[], port = 0) =>
    startSubgraphServer<RequestContext>({
      port,
      host: '127.0.0.1',
      logger: silentLogger,
      metrics: createMetrics(name),
      typeDefs: sdl(name),
      resolvers,
      verifier: { verify: (token) => verifier.verify(token) },
      stores: [],
      createContext: (context) => {
        seen.push(context);
        return context;
      },
    });
  const catalogue = resources.use('catalogue', await start('catalogue', [catalogueResolvers()]));
  const notes = resources.use('notes', await start('notes', [noteResolvers(store)]));
  const subgraphs = {
    catalogue: `http://127.0.0.1:${catalogue.port}/graphql`,
    notes: `http://127.0.0.1:${notes.port}/graphql`,
  };
  const routerConfig: RouterConfig = {
    port: 0,
    viewerSecrets: testSecrets,
    jwksUrl: issuer.jwksUrl,
    subgraphs,
    rateLimits: false,
    // Polling would show among the requests that tests count.
    supergraphPollMs: 0,
    ...config,
  };
  const router = resources.use(
    'router',
    await startRouter({ config: routerConfig, redis, logger: silentLogger }),
  );
  const url = `http://127.0.0.1:${router.port}`;
  return {
    redis,
    issuer,
    store,
    seen,
    subgraphs,
    catalogue,
    notes,
    /** As if the subgraphs were started anew with these `VIEWER_SIGNING_SECRETS`. */
    acceptSecrets: (accepted: readonly string[]) => void (verifier = viewerVerifier(accepted)),
    /** One more router on the same subgraphs. */
    async addRouter(more: Partial<RouterConfig>) {
      const added = { ...routerConfig, ...more };
      const { port } = resources.use(
        'another router',
        await startRouter({ config: added, redis, logger: silentLogger }),
      );
      return `http://127.0.0.1:${port}/graphql`;
    },
    restart: { notes: (port: number) => start('notes', [noteResolvers(store)], port) },
    url,
    graphqlUrl: `${url}/graphql`,
    socketUrl: `ws://127.0.0.1:${router.port}/graphql`,
    async post(body: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const answer = (await response.json()) as {
        data?: Record<string, unknown> | null;
        errors?: { message: string; path?: unknown; extensions?: Record<string, unknown> }[];
      };
      return { status: response.status, headers: response.headers, ...answer };
    },
    close: () => resources.close(),
  };
}

function catalogueResolvers() {
  let version = 0;
  return {
    Query: {
      courses: () =>
        [...courses.values()].map((course) => ({
          ...course,
          title: `${course.title} v${++version}`,
        })),
      course: (_: unknown, { id }: { id: string }) => courses.get(id) ?? null,
      me: (_: unknown, _args: unknown, { viewer }: RequestContext) =>
        viewer.id === null ? null : { id: viewer.id, role: viewer.role },
      whoAmI: (_: unknown, _args: unknown, { viewer }: RequestContext) => viewer.id ?? 'nobody',
      fails: () => {
        throw new AppError('STORE_UNAVAILABLE');
      },
      echo: (_: unknown, { text }: { text: string }) => text,
    },
    Mutation: {
      rename: (_: unknown, { id, title }: { id: string; title: string }) => ({ id, title }),
    },
    Course: {
      __resolveReference: ({ id }: { id: string }) => courses.get(id) ?? null,
      mine: (_: unknown, _args: unknown, { viewer }: RequestContext) => viewer.isSignedIn,
    },
  };
}

function noteResolvers(store: ReturnType<typeof noteStore>) {
  const count = (name: keyof typeof store.calls) => void store.calls[name]++;
  return {
    Query: { notes: () => store.notes },
    Subscription: {
      noteAdded: subscription<{ after?: number | null }, RequestContext, Note>({
        positionArgument: 'after',
        async open({ after }, { viewer }) {
          viewer.mustBeSignedIn();
          count('open');
          return { topics: ['notes'], position: after ?? store.notes.length };
        },
        async replay(_args, _context, after) {
          count('replay');
          const events = store.notes
            .filter(({ seq }) => seq > after)
            .slice(0, store.pageSize)
            .map((note) => ({ seq: note.seq, payload: note }));
          return { events, complete: (events.at(-1)?.seq ?? after) >= store.notes.length };
        },
        resolve(note) {
          count('resolve');
          if (store.broken) throw new AppError('STORE_UNAVAILABLE');
          return note;
        },
      }),
      ticked: subscription<unknown, RequestContext, unknown>({
        open: async () => ({ topics: ['ticks'] }),
        resolve: (tick) => tick,
      }),
    },
    Note: { course: ({ courseId }: Note) => ({ id: courseId }) },
    Course: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      noteCount: () => store.notes.length,
    },
  };
}
