import type { MongoMigration } from '@pcc/stores';
import { templatesOf } from './templates.js';

const templates = templatesOf({
  SEAT_OFFERED: {
    en: [
      'A seat for you in {{courseTitle}}',
      'We keep it for you until {{deadline}}. Buy the course by then, or the seat goes to the next in line.',
    ],
    es: [
      'Hay una plaza para ti en {{courseTitle}}',
      'Te la guardamos hasta el {{deadline}}. Compra el curso antes o la plaza pasará a la siguiente persona de la lista.',
    ],
    pt: [
      'Há uma vaga para você em {{courseTitle}}',
      'Ela fica guardada até {{deadline}}. Compre o curso até lá, ou a vaga passa para a próxima pessoa da fila.',
    ],
  },
  SEAT_OFFER_EXPIRED: {
    en: [
      'Your seat in {{courseTitle}} is no longer kept',
      'The course was not bought in time, so the seat goes to the next in line. You can join the line again.',
    ],
    es: [
      'Ya no te guardamos la plaza en {{courseTitle}}',
      'El curso no se compró a tiempo y la plaza pasa a la siguiente persona de la lista. Puedes volver a apuntarte.',
    ],
    pt: [
      'A sua vaga em {{courseTitle}} já não está guardada',
      'O curso não foi comprado a tempo e a vaga passa para a próxima pessoa da fila. Você pode entrar na fila de novo.',
    ],
  },
  ENROLLMENT_EXPIRED: {
    en: [
      'Your access to {{courseTitle}} has ended',
      'Your enrolment has expired. What you have completed stays on record.',
    ],
    es: [
      'Tu acceso a {{courseTitle}} ha terminado',
      'Tu matrícula ha caducado. Lo que completaste queda registrado.',
    ],
    pt: [
      'O seu acesso a {{courseTitle}} terminou',
      'A sua matrícula expirou. O que você concluiu fica registrado.',
    ],
  },
  ENROLLMENT_SUSPENDED: {
    en: [
      'Enrolment suspended',
      'The staff has suspended your enrolment in {{courseTitle}}. Your progress is kept.',
    ],
    es: [
      'Matrícula suspendida',
      'Se ha suspendido tu matrícula en {{courseTitle}}. Tu progreso se conserva.',
    ],
    pt: [
      'Matrícula suspensa',
      'A sua matrícula em {{courseTitle}} foi suspensa. O seu progresso fica guardado.',
    ],
  },
  ENROLLMENT_RESUMED: {
    en: ['Enrolment resumed', 'You can go on with {{courseTitle}}.'],
    es: ['Matrícula reactivada', 'Puedes seguir con {{courseTitle}}.'],
    pt: ['Matrícula reativada', 'Você pode continuar {{courseTitle}}.'],
  },
  ENROLLMENT_ENDED: {
    en: ['Enrolment ended', 'The staff has ended your enrolment in {{courseTitle}}.'],
    es: ['Matrícula finalizada', 'Se ha dado por terminada tu matrícula en {{courseTitle}}.'],
    pt: ['Matrícula encerrada', 'A sua matrícula em {{courseTitle}} foi encerrada.'],
  },
});

/** What becomes of a place in a course: offers to those who waited, and enrolments that end or stand still. */
export const seats: MongoMigration = {
  name: '0004_seats',
  up: (db) => templates.put(db),
  down: (db) => templates.remove(db),
};
