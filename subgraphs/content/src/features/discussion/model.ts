import type { Connection } from '@pcc/platform';

export interface Discussion {
  readonly id: string;
  readonly courseId: string;
  readonly authorId: string;
  readonly title: string;
  readonly body: string;
  readonly replyCount: number;
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
}

export interface DiscussionReply {
  readonly id: string;
  readonly discussionId: string;
  readonly courseId: string;
  readonly authorId: string;
  readonly body: string;
  readonly createdAt: Date;
}

export type DiscussionConnection = Connection<Discussion>;
export type DiscussionReplyConnection = Connection<DiscussionReply>;
