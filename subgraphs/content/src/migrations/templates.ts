import type { Db } from 'mongodb';

/** What stands in `{{…}}` is filled in at delivery; see features/notification/render.ts. */
type Text = readonly [title: string, body: string];
type Texts = Readonly<Record<string, Readonly<Record<'en' | 'es' | 'pt', Text>>>>;

interface TemplateDocument {
  _id: string;
  kind: string;
  channel: string;
  language: string;
  title: string;
  body: string;
}

const channel = 'in_app';

/** The texts of notifications, by kind, as migrations put them in and take them out. */
export function templatesOf(texts: Texts) {
  const documents: readonly TemplateDocument[] = Object.entries(texts).flatMap(
    ([kind, byLanguage]) =>
      Object.entries(byLanguage).map(([language, [title, body]]) => ({
        _id: `${kind}:${channel}:${language}`,
        ...{ kind, channel, language, title, body },
      })),
  );
  const templatesIn = (db: Db) => db.collection<TemplateDocument>('notification_templates');
  return {
    /** Done twice, it does no harm. */
    async put(db: Db): Promise<void> {
      for (const { _id, ...template } of documents) {
        await templatesIn(db).replaceOne({ _id }, template, { upsert: true });
      }
    },
    async remove(db: Db): Promise<void> {
      await templatesIn(db).deleteMany({ _id: { $in: documents.map(({ _id }) => _id) } });
    },
  };
}
