import type { UnitOfWork, Work } from '@pcc/events';
import {
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { line } from '../../inputs.js';
import { slugInput, slugOf, type Course, type CourseService } from '../course/service.js';
import type { Category, CategoryNames } from './model.js';
import { categoryChanges } from './repository.js';
import { childrenIn, cycleBelow } from './tree.js';

export interface CategoryAuthoringDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly clock: Clock;
}

type Given<Value> = Value | null | undefined;

/** The tree is read whole. */
const maximumCategories = 500;
const lastPosition = Number.MAX_SAFE_INTEGER;

const names = z.object({ en: line(100), es: line(100), pt: line(100) });
const newCategory = z.object({ names, slug: slugInput.nullish() });
const categoryChange = z.object({ names: names.nullish(), slug: slugInput.nullish() });

export type CategoryAuthoringService = ReturnType<typeof categoryAuthoringService>;

/** Writing the tree, always under its one lock: positions have no gaps, and moves close no cycle together. */
export const categoryAuthoringService = (deps: CategoryAuthoringDeps) => {
  const { unitOfWork, courses, clock } = deps;

  /** Runs a change of the tree. Emits `category.changed` for the category that it gives. */
  const change = (
    viewer: Viewer,
    decide: (
      tree: readonly Category[],
      changes: ReturnType<typeof categoryChanges>,
    ) => Promise<Result<string>>,
  ): Promise<Result<string>> => {
    viewer.mustHaveRole('admin');
    return unitOfWork.run(async ({ transaction, emit }: Work<Database>) => {
      const changes = categoryChanges(transaction);
      await changes.lockTree();
      const decided = await decide(await changes.all(), changes);
      if (decided.ok) {
        const categoryId = decided.value;
        await emit('category.changed', { aggregateId: categoryId, data: { categoryId } });
      }
      return decided;
    });
  };

  return {
    async create(
      viewer: Viewer,
      input: { names: CategoryNames; slug?: Given<string>; parentId?: Given<string> },
    ): Promise<Result<string>> {
      return change(viewer, async (tree, changes) => {
        const checked = validate(newCategory, input);
        if (!checked.ok) return checked;
        const parentId = input.parentId ?? null;
        if (parentId !== null && !has(tree, parentId)) return noSuchParent;
        if (tree.length >= maximumCategories) {
          const message = `There are at most ${maximumCategories} categories.`;
          return refuse('TOO_MANY_CATEGORIES', message);
        }
        const wanted = checked.value.slug ?? slugOf(checked.value.names.en);
        if (tree.some((category) => category.slug === wanted)) return slugTaken;
        const position = childrenIn(tree, parentId).length + 1;
        const category = { id: newId(), parentId, slug: wanted, position };
        await changes.insert({ ...category, names: checked.value.names }, clock.now());
        return ok(category.id);
      });
    },

    async update(
      viewer: Viewer,
      input: { categoryId: string; names?: Given<CategoryNames>; slug?: Given<string> },
    ): Promise<Result<string>> {
      return change(viewer, async (tree, changes) => {
        const checked = validate(categoryChange, input);
        if (!checked.ok) return checked;
        const { categoryId: id } = input;
        if (!has(tree, id)) return noSuchCategory;
        const { names: renamed, slug: wanted } = checked.value;
        if (tree.some((category) => category.slug === wanted && category.id !== id)) {
          return slugTaken;
        }
        await changes.update(id, {
          ...(renamed == null ? {} : { names: renamed }),
          ...(wanted == null ? {} : { slug: wanted }),
        });
        return ok(id);
      });
    },

    async move(
      viewer: Viewer,
      input: { categoryId: string; parentId?: Given<string>; position?: Given<number> },
    ): Promise<Result<string>> {
      return change(viewer, async (tree, changes) => {
        const { categoryId: id, position } = input;
        const moved = tree.find((category) => category.id === id);
        if (moved === undefined) return noSuchCategory;
        const parentId = input.parentId === undefined ? moved.parentId : input.parentId;
        if (parentId !== null && !has(tree, parentId)) return noSuchParent;
        if (position != null && position < 1) {
          return refuse('INVALID_INPUT', 'Positions begin at 1.', 'input.position');
        }
        const cycle = cycleBelow(tree, id, parentId);
        if (cycle !== null) {
          const way = cycle.map((category) => `"${category.names.en}"`).join(' → ');
          return refuse('CATEGORY_CYCLE', `This makes a cycle: ${way}.`, 'input.parentId');
        }
        const others = (parent: string | null) =>
          childrenIn(tree, parent)
            .map((category) => category.id)
            .filter((other) => other !== id);
        const order = others(parentId);
        order.splice((position ?? lastPosition) - 1, 0, id);
        await changes.order(parentId, order);
        if (moved.parentId !== parentId) {
          await changes.order(moved.parentId, others(moved.parentId));
        }
        return ok(id);
      });
    },

    async delete(viewer: Viewer, id: string): Promise<Result<string>> {
      return change(viewer, async (tree, changes) => {
        const category = tree.find((one) => one.id === id);
        if (category === undefined) return noSuchCategory;
        await changes.lock(id);
        if (childrenIn(tree, id).length > 0 || (await changes.hasCourses(id))) {
          return refuse(
            'CATEGORY_NOT_EMPTY',
            'Move its courses and categories first.',
            'input.categoryId',
          );
        }
        await changes.delete(id);
        const left = childrenIn(tree, category.parentId).map((one) => one.id);
        await changes.order(
          category.parentId,
          left.filter((one) => one !== id),
        );
        return ok(id);
      });
    },

    /** Emits `course.changed`. */
    async setCourse(
      viewer: Viewer,
      { courseId, categoryId = null }: { courseId: string; categoryId?: Given<string> },
    ): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const changes = categoryChanges(transaction);
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (categoryId !== null && !(isId(categoryId) && (await changes.keep(categoryId)))) {
          return noSuchCategory;
        }
        await changes.setCourse(courseId, categoryId);
        return ok(await courses.touch(work, courseId));
      });
    },
  };
};

const has = (tree: readonly Category[], id: string) => tree.some((category) => category.id === id);
const noSuchCategory = refuse('NOT_FOUND', 'There is no such category.', 'input.categoryId');
const noSuchParent = refuse('NOT_FOUND', 'There is no such category.', 'input.parentId');
const slugTaken = refuse('SLUG_TAKEN', 'Another category has this slug.', 'input.slug');
