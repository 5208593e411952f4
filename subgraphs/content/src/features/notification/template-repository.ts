import type { Collection, Db } from 'mongodb';
import type { Language } from '../projection/model.js';
import type { ChannelName, NotificationKind } from './model.js';

export interface TemplateDocument {
  /** `kind:channel:language` */
  _id: string;
  kind: NotificationKind;
  channel: ChannelName;
  language: Language;
  title: string;
  body: string;
}

export type Template = Pick<TemplateDocument, 'title' | 'body'>;

export function templateRepository(db: Db) {
  const templates: Collection<TemplateDocument> = db.collection('notification_templates');
  return {
    async find(
      kind: NotificationKind,
      channel: ChannelName,
      language: Language,
    ): Promise<Template | null> {
      return templates.findOne({ _id: `${kind}:${channel}:${language}` });
    },
  };
}

export type TemplateRepository = ReturnType<typeof templateRepository>;
