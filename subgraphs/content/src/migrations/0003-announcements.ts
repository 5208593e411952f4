import type { MongoMigration } from '@pcc/stores';

const texts = {
  en: ['News in {{courseTitle}}', 'Your instructors have announced something.'],
  es: ['Novedades en {{courseTitle}}', 'Tus instructores han publicado un anuncio.'],
  pt: ['Novidades em {{courseTitle}}', 'Os seus instrutores publicaram um aviso.'],
} as const;

const kind = 'ANNOUNCEMENT_POSTED';
const channel = 'in_app';

interface TemplateDocument {
  _id: string;
  kind: string;
  channel: string;
  language: string;
  title: string;
  body: string;
}

const documents: readonly TemplateDocument[] = Object.entries(texts).map(
  ([language, [title, body]]) => ({
    _id: `${kind}:${channel}:${language}`,
    kind,
    channel,
    language,
    title,
    body,
  }),
);

const indexName = 'enrollments_by_course';

/** Announcements: their texts, and who is told. */
export const announcements: MongoMigration = {
  name: '0003_announcements',
  async up(db) {
    const templates = db.collection<TemplateDocument>('notification_templates');
    for (const { _id, ...template } of documents) {
      await templates.replaceOne({ _id }, template, { upsert: true });
    }
    // Everybody who is enrolled in a course.
    await db
      .collection('projection_enrollments')
      .createIndex({ courseId: 1, active: 1 }, { name: indexName });
  },
  async down(db) {
    await db
      .collection<TemplateDocument>('notification_templates')
      .deleteMany({ _id: { $in: documents.map(({ _id }) => _id) } });
    await db.collection('projection_enrollments').dropIndex(indexName);
  },
};
