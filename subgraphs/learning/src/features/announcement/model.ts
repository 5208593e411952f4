import type { Connection } from '@pcc/platform';

export interface Announcement {
  readonly id: string;
  readonly courseId: string;
  readonly authorId: string;
  readonly title: string;
  readonly body: string;
  readonly createdAt: Date;
}

export type AnnouncementConnection = Connection<Announcement>;
