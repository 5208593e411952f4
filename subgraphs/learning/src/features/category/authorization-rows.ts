import { newId } from '@pcc/platform';
import {
  adminsOnly,
  answerOf,
  authors,
  connectionFields,
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  query,
  through,
} from '../../authorization/table.js';
import type { World } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const anyNames = () => {
  const name = `Name ${newId()}`;
  return { en: name, es: name, pt: name };
};

async function write({ by }: World, parentId: string | null = null) {
  const input = { names: anyNames(), parentId };
  const { category } = await by.admin.do<{ category: { id: string; slug: string } }>(
    'createCategory',
    input,
    'category { id slug }',
  );
  return category;
}

/** A category with one above it, one below it, and a course. */
const tree = fixture(async (world) => {
  const top = await write(world);
  const middle = await write(world, top.id);
  await write(world, middle.id);
  const { id: courseId } = await writeCourse(world.by.owner);
  await world.by.owner.do('setCourseCategory', { courseId, categoryId: middle.id }, '');
  return { ...middle, courseId };
});
const shared = fixture((world) => write(world));

const category = answerOf(
  'Category',
  'a category',
  async (world) => `category(slug: "${(await tree(world)).slug}")`,
);
const names = through(category, 'names', 'CategoryNames', 'its names');
const course = entity('Course', 'in a category', async (world) => (await tree(world)).courseId);

export const fieldRows = [
  query('categories', 'the top', () => 'categories', everybody('ok')),
  query(
    'category',
    'of a slug',
    async (world) => `category(slug: "${(await tree(world)).slug}")`,
    everybody('ok'),
  ),
  ...fields(
    category,
    ['id', 'slug', 'name', 'names', 'position', 'parent', 'children', 'courses'],
    everybody('ok'),
  ),
  ...fields(names, ['en', 'es', 'pt'], everybody('ok')),
  ...connectionFields(category, 'courses', 'Course', everybody('ok')),
  ...fields(course, ['category', 'categories'], everybody('ok')),
];

export const mutationRows = [
  mutation('createCategory', 'at the top', () => ({ names: anyNames() }), adminsOnly),
  mutation(
    'updateCategory',
    'any',
    async (world) => ({ categoryId: (await shared(world)).id, names: anyNames() }),
    adminsOnly,
  ),
  mutation(
    'moveCategory',
    'any',
    async (world) => ({ categoryId: (await shared(world)).id, position: 1 }),
    adminsOnly,
  ),
  mutation(
    'deleteCategory',
    'an empty one',
    async (world) => ({ categoryId: (await write(world)).id }),
    adminsOnly,
  ),
  mutation(
    'setCourseCategory',
    'of a published course',
    ({ scratch }) => ({ courseId: scratch.id, categoryId: null }),
    authors('FORBIDDEN'),
  ),
];
