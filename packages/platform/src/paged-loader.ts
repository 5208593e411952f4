import DataLoader from 'dataloader';

/** A page of one parent's list. */
export interface PageKey {
  readonly parentId: string;
  readonly after: string | null;
  readonly limit: number;
}

/**
 * Loads pages of many parents' lists: one `fetch` for all parents of a tick that ask for the same page, which is
 * what one GraphQL selection under a list does.
 * @param fetch answers in the order of `parentIds`; an Error refuses that parent alone
 */
export const pagedLoader = <Row>(
  fetch: (
    parentIds: readonly string[],
    after: string | null,
    limit: number,
  ) => Promise<readonly (readonly Row[] | Error)[]>,
): DataLoader<PageKey, readonly Row[], string> => {
  const groupOf = ({ after, limit }: PageKey) => `${limit}:${after ?? ''}`;
  return new DataLoader<PageKey, readonly Row[], string>(
    async (keys) => {
      const groups = new Map<string, PageKey[]>();
      for (const key of keys) {
        const group = groups.get(groupOf(key));
        if (group === undefined) groups.set(groupOf(key), [key]);
        else group.push(key);
      }
      const answers = new Map<PageKey, readonly Row[] | Error>();
      await Promise.all(
        [...groups.values()].map(async (group) => {
          const [{ after, limit }] = group as [PageKey];
          const parentIds = group.map(({ parentId }) => parentId);
          const rows = await fetch(parentIds, after, limit);
          group.forEach((key, index) => answers.set(key, rows[index] ?? []));
        }),
      );
      return keys.map((key) => answers.get(key) ?? []);
    },
    { cacheKeyFn: (key) => `${groupOf(key)}:${key.parentId}` },
  );
};
