import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { entityTag, renewGenerations, viewerTag, type RedisPorts } from '@pcc/stores';
import { testDirectory, testSecrets, waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRouter } from '../container.js';
import {
  courseIds,
  pause,
  people,
  randomOf,
  startWorld,
  type Course,
} from '../test-support/cached-world.js';
import { startTokenIssuer } from '../test-support/token-issuer.js';
import { startFakeGraph, type FakeGraph } from '../test-support/subgraphs.js';

/** @param openPorts connects once more to the same store, as another process would */
export function entityCacheContract(openPorts: () => Promise<RedisPorts>): void {
  describe('the entity cache', () => {
    let resources: CloseStack;
    let graph: FakeGraph;
    let world: ReturnType<typeof startWorld>;
    let routers: string[];
    let redis: RedisPorts;
    let tokens: Map<string, string>;

    beforeAll(async () => {
      resources = closeStack(silentLogger);
      world = startWorld();
      graph = resources.use('graph', await startFakeGraph(world.definitions));
      const directory = resources.use('directory', await testDirectory());
      const supergraphFile = join(directory.path, 'supergraph.graphql');
      await writeFile(supergraphFile, graph.supergraphSdl);
      redis = resources.use('redis', await openPorts());
      const issuer = resources.use('issuer', await startTokenIssuer(redis));
      tokens = new Map();
      for (const person of people) {
        tokens.set(person, (await issuer.signIn(person, 'student')).authorization);
      }
      routers = [];
      for (const name of ['one', 'two']) {
        const ports = resources.use(`redis of ${name}`, await openPorts());
        const config = {
          port: 0,
          viewerSecrets: testSecrets,
          jwksUrl: issuer.jwksUrl,
          supergraphFile,
          rateLimits: false as const,
          supergraphPollMs: 0,
          responseCache: false,
        };
        const router = await startRouter({ config, redis: ports, logger: silentLogger });
        resources.use(name, router);
        routers.push(`http://127.0.0.1:${router.port}/graphql`);
      }
    });
    afterAll(() => resources.close());

    const ask = async (router: number, person: string | undefined, query: string) => {
      const authorization = person === undefined ? undefined : tokens.get(person);
      const response = await fetch(routers[router] ?? '', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify({ query }),
      });
      const answer = (await response.json()) as { data: Record<string, unknown>; errors?: unknown };
      expect(answer.errors).toBeUndefined();
      return answer.data;
    };
    const courses = async (router: number, person?: string) =>
      (await ask(router, person, '{ courses { id version note } }'))['courses'] as Course[];
    const asked = (name: string) => graph.subgraphs[name]?.requests.length ?? 0;
    /** The first answer shows that there is something to keep, the second keeps it; writing it ends a little later. */
    const warm = (router: number, person?: string) =>
      waitFor(async () => {
        const before = asked('facts') + asked('own');
        await courses(router, person);
        return asked('facts') + asked('own') - before <= (person === undefined ? 1 : 0);
      });
    /** What a domain event does when it comes out of the outbox. */
    const tell = (...tags: string[]) => renewGenerations(redis.cache, tags);

    it('serves what another router has kept, and to each viewer her own', async () => {
      await warm(0, 'ada');
      await warm(1, 'ada');
      const [facts, own] = [asked('facts'), asked('own')];
      expect((await courses(1, 'ada')).map(({ note }) => note.split(':')[0])).toEqual(
        courseIds.map(() => 'ada'),
      );
      expect([asked('facts'), asked('own')]).toEqual([facts, own]);
      // Public facts serve everybody; notes serve nobody else.
      expect((await courses(1, 'bob'))[0]?.note).toMatch(/^bob:/);
      expect((await courses(1))[0]?.note).toMatch(/^nobody:/);
      expect([asked('facts'), asked('own')]).toEqual([facts, own + 2]);
    });

    it('shows a change as soon as its event has been told, on every router', async () => {
      await warm(0, 'ada');
      await warm(1, 'bob');
      const before = (await courses(1, 'bob'))[1]?.version ?? 0;
      world.versions.set('c2', before + 1);
      expect((await courses(1, 'bob'))[1]?.version).toBe(before);
      await tell(entityTag('Course', { id: 'c2' }));
      const seen = await Promise.all([0, 1].map((router) => courses(router, 'bob')));
      expect(seen.map(([, second]) => second?.version)).toEqual([before + 1, before + 1]);
    });

    it('shows what a mutation changed and showed, to everyone at once', async () => {
      await warm(0, 'ada');
      await warm(1, 'bob');
      await ask(0, 'ada', 'mutation { raise(id: "c1") { code: id } }');
      expect((await courses(1, 'bob'))[0]?.version).toBe(world.versions.get('c1'));
    });

    it('never keeps what was read before a change and comes after it', async () => {
      await warm(0, 'ada');
      const id = entityTag('Course', { id: 'c3' });
      await tell(id);
      world.slow.ms = 150;
      const requests = asked('facts');
      const early = courses(0, 'ada');
      await waitFor(() => asked('facts') > requests);
      await pause(50); // the subgraph has read by now, and answers in 100 ms
      const version = (world.versions.get('c3') ?? 0) + 1;
      world.versions.set('c3', version);
      await tell(id);
      // Who asks now must not share the answer that is on its way.
      expect((await courses(0, 'ada'))[2]?.version).toBe(version);
      expect((await early)[2]?.version).toBe(version - 1);
      world.slow.ms = 0;
      expect((await courses(0, 'ada'))[2]?.version).toBe(version);
    });

    it('does not let a viewer share what she asked for before her own write', async () => {
      world.slow.ms = 150;
      const fresh = '{ courses { id version seen: version } }';
      const requests = asked('facts');
      const early = ask(0, 'eve', fresh);
      await waitFor(() => asked('facts') > requests);
      await pause(50);
      await ask(0, 'eve', 'mutation { raiseQuietly(id: "c1") }');
      const { courses: seen } = await ask(0, 'eve', fresh);
      expect((seen as Course[])[0]?.version).toBe(world.versions.get('c1'));
      await early;
      world.slow.ms = 0;
      await tell(entityTag('Course', { id: 'c1' }));
    });

    it('keeps no entity that is not there: for others it may be', async () => {
      const query = '{ draft { id title } }';
      const before = asked('facts');
      for (let turn = 1; turn <= 4; turn++) {
        expect(await ask(0, 'bob', query)).toEqual({ draft: { id: 'draft', title: null } });
        expect(asked('facts')).toBe(before + turn);
      }
    });

    it('shows a viewer her own writes on every router, before any event', async () => {
      for (const router of [0, 1]) await warm(router, 'eve');
      for (let turn = 0; turn < 10; turn++) {
        await ask(turn % 2, 'eve', 'mutation { raiseQuietly(id: "c1") write(id: "c2") }');
        const seen = await courses((turn + 1) % 2, 'eve');
        expect(seen[0]?.version).toBe(world.versions.get('c1'));
        expect(seen[1]?.note).toBe(`eve:${world.notes.get('eve c2') ?? 0}`);
      }
      await tell(entityTag('Course', { id: 'c1' }));
    });

    it('holds all of that while many read and write at random', async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const random = randomOf(seed);
      const pick = <Item>(items: readonly Item[]) =>
        items[Math.floor(random() * items.length)] as Item;
      // What everybody must see by now, since its event was told; and what each wrote herself.
      const told = new Map(world.versions);
      const wrote = new Map<string, number>();
      const events: Promise<void>[] = [];

      const write = async (person: string) => {
        const id = pick(courseIds);
        await ask(
          pick([0, 1]),
          person,
          `mutation { raiseQuietly(id: "${id}") write(id: "${id}") }`,
        );
        const version = world.versions.get(id) ?? 0;
        wrote.set(`${person} ${id}`, Math.max(version, wrote.get(`${person} ${id}`) ?? 0));
        events.push(
          pause(random() * 100)
            .then(() => tell(entityTag('Course', { id }), viewerTag(person)))
            .then(() => void told.set(id, Math.max(version, told.get(id) ?? 0))),
        );
      };
      const read = async (person: string | undefined) => {
        const least = new Map(
          courseIds.map((id) => [
            id,
            Math.max(told.get(id) ?? 0, wrote.get(`${person ?? ''} ${id}`) ?? 0),
          ]),
        );
        const notes = new Map(
          courseIds.map((id) => [id, world.notes.get(`${person ?? ''} ${id}`)]),
        );
        const writing = busy.has(person ?? '');
        for (const { id, version, note } of await courses(pick([0, 1]), person)) {
          const [owner, count] = note.split(':');
          const message = `seed ${seed}: ${person ?? 'nobody'} reads ${id}`;
          expect(owner, message).toBe(person ?? 'nobody');
          expect(version, message).toBeGreaterThanOrEqual(least.get(id) ?? 0);
          if (!writing) expect(Number(count), message).toBeGreaterThanOrEqual(notes.get(id) ?? 0);
        }
      };
      const busy = new Set<string>();
      const before = asked('facts') + asked('own');
      let reads = 0;
      const client = async (person: string | undefined) => {
        for (let step = 0; step < 60; step++) {
          if (person !== undefined && random() < 0.1) {
            busy.add(person);
            await write(person);
            busy.delete(person);
          } else {
            reads++;
            await read(person);
          }
        }
      };
      /** Changes that come from nowhere near a router: an import, a job. */
      const outsider = async () => {
        for (let step = 0; step < 40; step++) {
          const id = pick(courseIds);
          const version = (world.versions.get(id) ?? 0) + 1;
          world.versions.set(id, version);
          await tell(entityTag('Course', { id }));
          told.set(id, Math.max(version, told.get(id) ?? 0));
          await pause(random() * 40);
        }
      };
      await Promise.all([outsider(), ...[...people, ...people, undefined].map(client)]);
      await Promise.all(events);
      // It is a cache: most reads asked no subgraph.
      expect(asked('facts') + asked('own') - before).toBeLessThan(reads * 1.5);
    });
  });
}
