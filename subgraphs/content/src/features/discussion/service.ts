import type { UnitOfWork } from '@pcc/events';
import {
  AppError,
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type Result,
  type Viewer,
} from '@pcc/platform';
import type { RateLimiter } from '@pcc/stores';
import { z } from 'zod';
import type { Transaction } from '../../mongo.js';
import type { ProjectionService } from '../projection/service.js';
import type { Discussion, DiscussionReply } from './model.js';
import type { DiscussionRepository } from './repository.js';

interface Deps {
  readonly discussions: DiscussionRepository;
  readonly projections: ProjectionService;
  readonly unitOfWork: UnitOfWork<Transaction>;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
}

/** Enough for the liveliest writer, too little for a flood. */
const postLimit = { points: 20, perSeconds: 60 };
export const maximumReplies = 5_000;

const text = (maximum: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maximum, `must have at most ${maximum} characters`);
const startInput = z.object({ courseId: z.string(), title: text(200), body: text(10_000) });
const replyInput = z.object({ discussionId: z.string(), body: text(10_000) });

export interface Reply {
  readonly reply: DiscussionReply;
  readonly discussion: Discussion;
}

const forbidden = () => new AppError('FORBIDDEN', 'Enrol in the course to read its discussions.');

export const discussionService = (deps: Deps) => {
  const { discussions, projections, unitOfWork, rateLimiter, clock } = deps;

  const mayPost = async (userId: string): Promise<Result<void>> => {
    const { allowed, retryAfterSeconds } = await rateLimiter.consume(`posts:${userId}`, postLimit);
    return allowed
      ? ok(undefined)
      : refuse('TOO_MANY_POSTS', `Wait ${retryAfterSeconds} s before the next post.`);
  };
  const outsider = (field: string) =>
    refuse('FORBIDDEN', 'Enrol in the course to take part in its discussions.', field);

  return {
    /** Starts a discussion; emits `discussion.created`. */
    async start(viewer: Viewer, input: unknown): Promise<Result<Discussion>> {
      const authorId = viewer.mustBeSignedIn();
      const valid = validate(startInput, input);
      if (!valid.ok) return valid;
      const allowed = await mayPost(authorId);
      if (!allowed.ok) return allowed;
      const { courseId, title, body } = valid.value;
      return unitOfWork.run(async ({ transaction, emit }) => {
        const access = await projections.accessToOne(viewer, courseId, transaction);
        if (!access.courseExists)
          return refuse('NOT_FOUND', 'There is no such course.', 'input.courseId');
        if (!access.mayRead) return outsider('input.courseId');
        const now = clock.now();
        const discussion: Discussion = {
          id: newId(),
          courseId,
          authorId,
          title,
          body,
          replyCount: 0,
          createdAt: now,
          lastActivityAt: now,
        };
        await discussions.insert(discussion, transaction);
        const data = { discussionId: discussion.id, courseId, authorId };
        await emit('discussion.created', { aggregateId: discussion.id, data });
        return ok(discussion);
      });
    },

    async reply(viewer: Viewer, input: unknown): Promise<Result<Reply>> {
      const authorId = viewer.mustBeSignedIn();
      const valid = validate(replyInput, input);
      if (!valid.ok) return valid;
      const allowed = await mayPost(authorId);
      if (!allowed.ok) return allowed;
      const { discussionId, body } = valid.value;
      return unitOfWork.run(async ({ transaction }) => {
        const [known] = isId(discussionId)
          ? await discussions.byIds([discussionId], transaction)
          : [];
        if (known === undefined)
          return refuse('NOT_FOUND', 'There is no such discussion.', 'input.discussionId');
        const { courseId } = known;
        const access = await projections.accessToOne(viewer, courseId, transaction);
        if (!access.mayRead) return outsider('input.discussionId');
        const createdAt = clock.now();
        const discussion = await discussions.countReply(
          discussionId,
          createdAt,
          maximumReplies,
          transaction,
        );
        if (discussion === null) {
          return refuse('DISCUSSION_FULL', 'Start a new discussion.', 'input.discussionId');
        }
        const reply = { id: newId(), discussionId, courseId, authorId, body, createdAt };
        await discussions.insertReply(reply, transaction);
        return ok({ reply, discussion });
      });
    },

    /** @throws AppError UNAUTHENTICATED, or FORBIDDEN outside its course */
    async byId(viewer: Viewer, id: string): Promise<Discussion | null> {
      viewer.mustBeSignedIn();
      const [found] = isId(id) ? await discussions.byIds([id]) : [];
      if (found === undefined) return null;
      const { mayRead } = await projections.accessToOne(viewer, found.courseId);
      if (!mayRead) throw forbidden();
      return found;
    },

    /**
     * The newest of each course, in the order asked; an error for a course that the viewer may not read.
     * Three statements, however many courses.
     */
    async newestByCourse(
      viewer: Viewer,
      courseIds: readonly string[],
      before: string | null,
      limit: number,
    ): Promise<(readonly Discussion[] | AppError)[]> {
      viewer.mustBeSignedIn();
      const accesses = await projections.accessTo(viewer, courseIds);
      const readable = accesses.filter(({ mayRead }) => mayRead).map(({ courseId }) => courseId);
      const lists = await discussions.newestByCourse(readable, before, limit);
      return accesses.map(({ courseId, mayRead }) =>
        mayRead ? (lists.get(courseId) ?? []) : forbidden(),
      );
    },

    /** Of courses whose discussions the viewer has been given. */
    async countByCourse(courseIds: readonly string[]): Promise<number[]> {
      const counts = await discussions.countByCourse(courseIds);
      return courseIds.map((id) => counts.get(id) ?? 0);
    },

    /** The oldest replies of each discussion that the viewer has been given. One statement for all. */
    async oldestReplies(
      discussionIds: readonly string[],
      after: string | null,
      limit: number,
    ): Promise<(readonly DiscussionReply[])[]> {
      const lists = await discussions.oldestReplies(discussionIds, after, limit);
      return discussionIds.map((id) => lists.get(id) ?? []);
    },
  };
};

export type DiscussionService = ReturnType<typeof discussionService>;
