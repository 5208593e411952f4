import {
  AppError,
  connectionOf,
  isId,
  pageOf,
  type Clock,
  type CursorKey,
  type PageArguments,
} from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Language } from '../../languages.js';
import { catalogueRepository, type ListedCourse } from './catalogue-repository.js';
import { cursorKey, cursorLength, sortOf } from './catalogue-sort.js';
import { highlightHtml, marks } from './highlight.js';
import type {
  Course,
  CourseConnection,
  CourseFilter,
  CourseHighlight,
  CourseSort,
  CourseSortKey,
} from './model.js';

export interface CatalogueDeps {
  readonly database: Database;
  readonly clock: Clock;
}

type Given<Value> = Value | null | undefined;

/** As a client gives it. */
export interface CatalogueArguments extends PageArguments {
  readonly filter?: Given<{
    readonly text?: Given<string>;
    readonly categoryId?: Given<string>;
    readonly level?: Given<Course['level']>;
    readonly language?: Given<Language>;
    readonly access?: Given<Course['access']>;
    readonly price?: Given<{ currency: string; from?: Given<bigint>; to?: Given<bigint> }>;
    readonly minimumRating?: Given<number>;
    readonly durationMinutes?: Given<{ from?: Given<number>; to?: Given<number> }>;
    readonly instructorId?: Given<string>;
  }>;
  readonly sort?: Given<{ by: CourseSortKey; direction?: Given<'ASC' | 'DESC'> }>;
}

const maximumTextLength = 200;
const newest: CourseSort = { by: 'NEWEST', ascending: false };

export type CatalogueService = ReturnType<typeof catalogueService>;

/** What is on offer: the same for everybody, so that answers can be cached. */
export const catalogueService = ({ database, clock }: CatalogueDeps) => {
  const catalogue = catalogueRepository(database);

  /** Of all rows of a page at once, when the first is asked for. */
  const highlighter = (rows: readonly ListedCourse[], text: string | null) => {
    let found: Promise<ReadonlyMap<string, CourseHighlight>> | undefined;
    const load = async (words: string) => {
      const ids = rows.map(({ id }) => id);
      const marked = await catalogue.highlights(ids, words, marks);
      return new Map(
        marked.map(({ id, title, text: body }) => [
          id,
          { title: highlightHtml(title), text: highlightHtml(body) },
        ]),
      );
    };
    return async (id: string): Promise<CourseHighlight | null> => {
      if (text === null) return null;
      found ??= load(text);
      return (await found).get(id) ?? null;
    };
  };

  const connection = (
    rows: readonly ListedCourse[],
    page: { first: number; limit: number; after: CursorKey | null },
    sort: CourseSort,
    text: string | null,
    totalCount: () => Promise<number>,
  ): CourseConnection => {
    const plain = connectionOf(
      rows,
      page,
      ({ sortValue, id }) => cursorKey(sort, sortValue, id),
      totalCount,
    );
    const highlightOf = highlighter(plain.nodes, text);
    const edges = plain.edges.map(({ node, cursor }) => ({
      node,
      cursor,
      highlight: () => highlightOf(node.id),
    }));
    return { ...plain, edges };
  };

  return {
    /** The open courses. @throws AppError BAD_USER_INPUT */
    async list({ filter: given, sort: wanted, ...args }: CatalogueArguments) {
      const filter = filterOf(given ?? {});
      const sort = sortOf(wanted, filter.text);
      const page = pageOf(args, cursorLength);
      const at = clock.now();
      // What no course can have is no reason to ask.
      const rows = isPossible(filter) ? await catalogue.page(filter, sort, page, at) : [];
      return connection(rows, page, sort, filter.text, async () =>
        isPossible(filter) ? catalogue.count(filter, at) : 0,
      );
    },

    /** A page of the courses of each category, newest first: one statement for all. In the order of `ids`. */
    async ofCategories(ids: readonly string[], after: string | null, limit: number) {
      const page = pageOf({ first: limit - 1, after }, cursorLength);
      const rows = await catalogue.ofCategories(ids, page.after, limit, clock.now());
      return ids.map((id) => rows.filter(({ categoryId }) => categoryId === id));
    },

    countsOfCategories: (ids: readonly string[]) => catalogue.countsOfCategories(ids, clock.now()),

    /** The connection over rows that `ofCategories` gave. */
    categoryConnection: (
      rows: readonly ListedCourse[],
      args: PageArguments,
      totalCount: () => Promise<number>,
    ) => connection(rows, pageOf(args, cursorLength), newest, null, totalCount),
  };
};

const isPossible = ({ categoryId, instructorId }: CourseFilter) =>
  (categoryId === null || isId(categoryId)) && (instructorId === null || isId(instructorId));

function filterOf(given: NonNullable<CatalogueArguments['filter']>): CourseFilter {
  const { price, durationMinutes: minutes, minimumRating } = given;
  return {
    text: searchText(given.text),
    categoryId: given.categoryId ?? null,
    level: given.level ?? null,
    language: given.language ?? null,
    access: given.access ?? null,
    price: price == null ? null : { ...rangeOf(price), currency: price.currency },
    minimumRating: minimumRating ?? null,
    durationMinutes: minutes == null ? null : rangeOf(minutes),
    instructorId: given.instructorId ?? null,
  };
}

const greatestAmount = 9_223_372_036_854_775_807n;

/** @throws AppError BAD_USER_INPUT for an amount that no column holds */
function rangeOf<Value extends number | bigint>(range: { from?: Given<Value>; to?: Given<Value> }) {
  const { from = null, to = null } = range;
  if ([from, to].some((end) => end !== null && (end > greatestAmount || end < -greatestAmount))) {
    throw new AppError('BAD_USER_INPUT', 'An end of the range is too great.');
  }
  return { from, to };
}

/** @throws AppError BAD_USER_INPUT */
function searchText(text: Given<string>): string | null {
  const trimmed = text?.replaceAll('\0', ' ').trim() ?? '';
  if (trimmed.length > maximumTextLength) {
    throw new AppError(
      'BAD_USER_INPUT',
      `"text" may have ${maximumTextLength} characters at most.`,
    );
  }
  return trimmed === '' ? null : trimmed;
}
