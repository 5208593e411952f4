import type { Collection, Db } from 'mongodb';
import { within, type Transaction } from '../../mongo.js';
import type { Discussion, DiscussionReply } from './model.js';

/** Both live in `user_content`, beside ratings; `type` tells them apart. */
type DiscussionDocument = Omit<Discussion, 'id'> & { readonly _id: string; type: 'DISCUSSION' };
type ReplyDocument = Omit<DiscussionReply, 'id'> & { readonly _id: string; type: 'REPLY' };

interface Listed<Row> {
  readonly _id: string;
  readonly rows: Row[];
}

interface Counted {
  readonly _id: string;
  readonly count: number;
}

const discussionOf = ({ _id, type: _type, ...discussion }: DiscussionDocument): Discussion => ({
  id: _id,
  ...discussion,
});
const replyOf = ({ _id, type: _type, ...reply }: ReplyDocument): DiscussionReply => ({
  id: _id,
  ...reply,
});

/** Lists of one kind for many parents in one statement; `$lookup` keeps each parent's part on its index. */
function listsOf(options: {
  readonly parentIds: readonly string[];
  readonly parentField: 'courseId' | 'discussionId';
  readonly type: 'DISCUSSION' | 'REPLY';
  readonly range: Record<string, unknown>;
  readonly direction: 1 | -1;
  readonly limit: number;
}) {
  const { parentIds, parentField, type, range, direction, limit } = options;
  return [
    { $match: { _id: { $in: [...parentIds] } } },
    {
      $lookup: {
        from: 'user_content',
        localField: '_id',
        foreignField: parentField,
        pipeline: [
          { $match: { type, ...range } },
          { $sort: { _id: direction } },
          { $limit: limit },
        ],
        as: 'rows',
      },
    },
    { $project: { rows: 1 } },
  ];
}

export function discussionRepository(db: Db) {
  const discussions: Collection<DiscussionDocument> = db.collection('user_content');
  const replies: Collection<ReplyDocument> = db.collection('user_content');
  const courses = db.collection<{ _id: string }>('projection_courses');

  return {
    async insert({ id, ...discussion }: Discussion, transaction: Transaction): Promise<void> {
      await discussions.insertOne(
        { _id: id, type: 'DISCUSSION', ...discussion },
        within(transaction),
      );
    },

    async insertReply({ id, ...reply }: DiscussionReply, transaction: Transaction): Promise<void> {
      await replies.insertOne({ _id: id, type: 'REPLY', ...reply }, within(transaction));
    },

    /** Counts a reply, unless the discussion is full. @returns the discussion after it, or `null` when full */
    async countReply(
      id: string,
      at: Date,
      maximumReplies: number,
      transaction: Transaction,
    ): Promise<Discussion | null> {
      const counted = await discussions.findOneAndUpdate(
        { _id: id, type: 'DISCUSSION', replyCount: { $lt: maximumReplies } },
        { $inc: { replyCount: 1 }, $set: { lastActivityAt: at } },
        { returnDocument: 'after', ...within(transaction) },
      );
      return counted === null ? null : discussionOf(counted);
    },

    async byIds(ids: readonly string[], transaction?: Transaction): Promise<Discussion[]> {
      const found = await discussions
        .find({ _id: { $in: [...ids] }, type: 'DISCUSSION' }, within(transaction))
        .toArray();
      return found.map(discussionOf);
    },

    /** The newest `limit` of each course, older than `before`. */
    async newestByCourse(
      courseIds: readonly string[],
      before: string | null,
      limit: number,
    ): Promise<Map<string, Discussion[]>> {
      const range = before === null ? {} : { _id: { $lt: before } };
      const lists = await courses
        .aggregate<Listed<DiscussionDocument>>(
          listsOf({
            parentIds: courseIds,
            parentField: 'courseId',
            type: 'DISCUSSION',
            range,
            direction: -1,
            limit,
          }),
        )
        .toArray();
      return new Map(lists.map(({ _id, rows }) => [_id, rows.map(discussionOf)]));
    },

    /** The oldest `limit` of each discussion, newer than `after`. */
    async oldestReplies(
      discussionIds: readonly string[],
      after: string | null,
      limit: number,
    ): Promise<Map<string, DiscussionReply[]>> {
      const range = after === null ? {} : { _id: { $gt: after } };
      const lists = await discussions
        .aggregate<Listed<ReplyDocument>>(
          listsOf({
            parentIds: discussionIds,
            parentField: 'discussionId',
            type: 'REPLY',
            range,
            direction: 1,
            limit,
          }),
        )
        .toArray();
      return new Map(lists.map(({ _id, rows }) => [_id, rows.map(replyOf)]));
    },

    async countByCourse(courseIds: readonly string[]): Promise<Map<string, number>> {
      const counted = await discussions
        .aggregate<Counted>([
          { $match: { type: 'DISCUSSION', courseId: { $in: [...courseIds] } } },
          { $group: { _id: '$courseId', count: { $sum: 1 } } },
        ])
        .toArray();
      return new Map(counted.map(({ _id, count }) => [_id, count]));
    },
  };
}

export type DiscussionRepository = ReturnType<typeof discussionRepository>;
