import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionOf, decodeCursor, encodeCursor, pageOf } from './pagination.js';

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${index}` }));

describe('pages', () => {
  it.each([-1, 101])('refuses first: %d', (first) => {
    expect(() => pageOf({ first }, 1)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  it.each(['', '!!', encodeCursor(['too', 'long']), Buffer.from('{}').toString('base64url')])(
    'refuses the foreign cursor %j',
    (after) => {
      expect(() => pageOf({ after }, 1)).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT' }),
      );
    },
  );

  it('knows whether more follow from the one extra row', async () => {
    const page = pageOf({ first: 2 }, 1);
    const connection = connectionOf(
      rows(page.limit),
      page,
      (row) => [row.id],
      async () => 7,
    );
    expect(connection.nodes.map((row) => row.id)).toEqual(['id-0', 'id-1']);
    expect(connection.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(await connection.totalCount()).toBe(7);
  });

  it('walks any list once, in order, whatever the page size', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 100 }), (count, first) => {
        const all = rows(count);
        const seen: string[] = [];
        let after: string | null = null;
        for (;;) {
          const page = pageOf({ first, after }, 1);
          const start =
            page.after === null ? 0 : all.findIndex(({ id }) => id === page.after?.[0]) + 1;
          const fetched = all.slice(start, start + page.limit);
          const connection = connectionOf(
            fetched,
            page,
            (row) => [row.id],
            async () => count,
          );
          seen.push(...connection.nodes.map((row) => row.id));
          if (!connection.pageInfo.hasNextPage) break;
          after = connection.pageInfo.endCursor;
        }
        expect(seen).toEqual(all.map((row) => row.id));
      }),
    );
  });

  it('gives back any key', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))), (key) => {
        expect(decodeCursor(encodeCursor(key), key.length)).toEqual(key);
      }),
    );
  });
});
