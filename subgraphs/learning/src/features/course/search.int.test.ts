import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

const search = async (text: string, by: Person = learning.anonymous, filter: object = {}) => {
  const { courses } = await by.ask<{ courses: { nodes: { title: string }[] } }>(
    'query ($filter: CourseFilter) { courses(filter: $filter, first: 100) { nodes { title } } }',
    { filter: { text, ...filter } },
  );
  return courses.nodes.map(({ title }) => title);
};

interface Highlighted {
  node: { title: string };
  highlight: { title: string; text: string };
}
const highlights = async (text: string) => {
  const { courses } = await learning.anonymous.ask<{ courses: { edges: Highlighted[] } }>(
    `query ($filter: CourseFilter) { courses(filter: $filter) {
       edges { node { title } highlight { title text } } } }`,
    { filter: { text } },
  );
  return courses.edges;
};

describe('text search', () => {
  beforeAll(async () => {
    const write = (fields: Record<string, unknown>) => writeCourse(teacher, { fields });
    await write({ title: 'Python for zoologists', summary: 'Snakes that compute.' });
    await write({ title: 'Databases', summary: 'Also from Python, in passing.' });
    await write({
      title: 'Cooking',
      summary: 'Soups.',
      description: 'One chapter on python traps.',
    });
    await write({
      title: 'Contabilidad',
      summary: 'Los impuestos.',
      language: 'ES',
      level: 'ADVANCED',
    });
    await write({ title: 'Fotografia', summary: 'Câmeras e luzes.', language: 'PT' });
  });

  it('puts a word in the title before one in the summary before one in the description', async () => {
    expect(await search('python')).toEqual(['Python for zoologists', 'Databases', 'Cooking']);
  });

  it.each([
    ['impuesto', 'Contabilidad'],
    ['câmera', 'Fotografia'],
    ['computing snake', 'Python for zoologists'],
  ])('knows the forms of a word: %s', async (text, title) => {
    expect(await search(text)).toEqual([title]);
  });

  it('forgives a typing error in the title', async () => {
    expect(await search('zoolgists')).toEqual(['Python for zoologists']);
  });

  it('narrows by the other filters as well', async () => {
    expect(await search('impuestos', learning.anonymous, { level: 'BEGINNER' })).toEqual([]);
    expect(await search('impuestos', learning.anonymous, { language: 'ES' })).toHaveLength(1);
  });

  it.each(["' OR 1=1 --", '"unbalanced', '& | ! ( ) : *', '\u0000', 'the', '%'])(
    'takes %j without failing',
    async (text) => {
      await expect(search(text)).resolves.toBeDefined();
    },
  );

  it('pages through matches without gap or repetition', async () => {
    const document = `query ($after: String) { courses(first: 1, after: $after, filter: { text: "python" }) {
      nodes { title } pageInfo { endCursor hasNextPage } totalCount } }`;
    const titles: string[] = [];
    let after: string | null = null;
    do {
      const {
        courses,
      }: {
        courses: {
          nodes: { title: string }[];
          pageInfo: { endCursor: string; hasNextPage: boolean };
        };
      } = await learning.anonymous.ask(document, { after });
      titles.push(...courses.nodes.map(({ title }) => title));
      after = courses.pageInfo.hasNextPage ? courses.pageInfo.endCursor : null;
    } while (after !== null);
    expect(titles).toEqual(['Python for zoologists', 'Databases', 'Cooking']);
  });

  it.each([
    ['python', 'Python for zoologists', '<mark>Python</mark> for zoologists', null],
    ['impuesto', 'Contabilidad', 'Contabilidad', '<mark>impuestos</mark>'],
    ['câmera', 'Fotografia', 'Fotografia', '<mark>Câmeras</mark> e luzes'],
    ['zoolgists', 'Python for zoologists', 'Python for zoologists', null],
  ])('shows where %s stands', async (text, title, inTitle, inText) => {
    const found = (await highlights(text)).find(({ node }) => node.title === title);
    expect(found?.highlight.title).toBe(inTitle);
    if (inText !== null) expect(found?.highlight.text).toBe(inText);
  });

  it('shows as text what an author wrote as HTML, and no mark but its own', async () => {
    const summary =
      'A <script>alert("wombat")</script> \ue000wombat\ue001 <b>wombat</b> & <mark>more</mark>';
    await writeCourse(teacher, { fields: { title: '<i>Wombat</i>', summary } });
    const [found] = await highlights('wombat');
    expect(found?.highlight.title).toBe('&lt;i&gt;<mark>Wombat</mark>&lt;/i&gt;');
    const { text = '' } = found?.highlight ?? {};
    expect(text).toContain('<mark>wombat</mark>');
    expect(text.replace(/<\/?mark>/g, '')).not.toMatch(/[<>]/);
    expect(text).not.toContain('<mark>more');
    // The author's marks are gone; else there would be one more.
    expect(text).not.toMatch(/[\ue000\ue001]/);
  });

  it('marks a page in one statement, and only when asked', async () => {
    const count = async (selection: string) =>
      (
        await learning.statements(() =>
          learning.anonymous.ask(
            `{ courses(filter: { text: "python" }) { edges { ${selection} } } }`,
          ),
        )
      ).length;
    expect(await count('cursor')).toBe(1);
    expect(await count('highlight { title text }')).toBe(2);
    const unsearched = await learning.anonymous.ask(
      '{ courses(first: 1) { edges { highlight { title } } } }',
    );
    expect(unsearched).toEqual({ courses: { edges: [{ highlight: null }] } });
  });

  it('refuses a text of more than 200 characters', async () => {
    const document = 'query ($text: String) { courses(filter: { text: $text }) { nodes { id } } }';
    const text = 'a'.repeat(201);
    expect(await learning.anonymous.errors(document, { text })).toEqual(['BAD_USER_INPUT']);
  });
});
