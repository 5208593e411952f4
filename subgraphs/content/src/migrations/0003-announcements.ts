import type { MongoMigration } from '@pcc/stores';
import { templatesOf } from './templates.js';

const templates = templatesOf({
  ANNOUNCEMENT_POSTED: {
    en: ['News in {{courseTitle}}', 'Your instructors have announced something.'],
    es: ['Novedades en {{courseTitle}}', 'Tus instructores han publicado un anuncio.'],
    pt: ['Novidades em {{courseTitle}}', 'Os seus instrutores publicaram um aviso.'],
  },
});

const indexName = 'enrollments_by_course';

/** Announcements: their texts, and who is told. */
export const announcements: MongoMigration = {
  name: '0003_announcements',
  async up(db) {
    await templates.put(db);
    // Everybody who is enrolled in a course.
    await db
      .collection('projection_enrollments')
      .createIndex({ courseId: 1, active: 1 }, { name: indexName });
  },
  async down(db) {
    await templates.remove(db);
    await db.collection('projection_enrollments').dropIndex(indexName);
  },
};
