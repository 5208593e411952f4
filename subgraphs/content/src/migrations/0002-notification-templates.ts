import type { MongoMigration } from '@pcc/stores';
import { templatesOf } from './templates.js';

const templates = templatesOf({
  ORDER_PAID: {
    en: ['Payment received', 'We received your payment of {{amount}}. Thank you.'],
    es: ['Pago recibido', 'Hemos recibido tu pago de {{amount}}. Gracias.'],
    pt: ['Pagamento recebido', 'Recebemos o seu pagamento de {{amount}}. Obrigado.'],
  },
  ORDER_REFUNDED: {
    en: ['Refund made', 'We returned {{amount}} to you.'],
    es: ['Reembolso realizado', 'Te hemos devuelto {{amount}}.'],
    pt: ['Reembolso efetuado', 'Devolvemos {{amount}} a você.'],
  },
  ORDER_PAYMENT_FAILED: {
    en: ['Payment failed', 'Your payment did not go through. Please try again.'],
    es: ['Pago rechazado', 'Tu pago no se ha completado. Inténtalo de nuevo.'],
    pt: ['Pagamento recusado', 'O seu pagamento não foi concluído. Tente novamente.'],
  },
  ENROLLMENT_CREATED: {
    en: ['Welcome to {{courseTitle}}', 'You are enrolled. You can start right away.'],
    es: ['Te damos la bienvenida a {{courseTitle}}', 'Ya tienes tu plaza. Puedes empezar ahora.'],
    pt: ['Boas-vindas a {{courseTitle}}', 'A sua matrícula está feita. Pode começar agora.'],
  },
  ENROLLMENT_REFUSED: {
    en: [
      'No place in {{courseTitle}}',
      'We could not enrol you, so your payment for it will be returned.',
    ],
    es: [
      'Sin plaza en {{courseTitle}}',
      'No hemos podido matricularte; te devolveremos lo que pagaste.',
    ],
    pt: [
      'Sem vaga em {{courseTitle}}',
      'Não foi possível fazer a sua matrícula; devolveremos o que pagou.',
    ],
  },
  STUDENT_ENROLLED: {
    en: ['New learner in {{courseTitle}}', 'Somebody has just enrolled in your course.'],
    es: ['Nuevo alumno en {{courseTitle}}', 'Alguien acaba de matricularse en tu curso.'],
    pt: ['Novo aluno em {{courseTitle}}', 'Alguém acaba de se matricular no seu curso.'],
  },
  LESSON_COMPLETED: {
    en: ['Lesson completed', 'You have completed {{progress}} of {{courseTitle}}.'],
    es: ['Lección completada', 'Has completado el {{progress}} de {{courseTitle}}.'],
    pt: ['Lição concluída', 'Você concluiu {{progress}} de {{courseTitle}}.'],
  },
  QUIZ_PASSED: {
    en: ['Quiz passed', 'You scored {{score}} in a quiz of {{courseTitle}}.'],
    es: ['Cuestionario aprobado', 'Has obtenido un {{score}} en {{courseTitle}}.'],
    pt: ['Questionário aprovado', 'Você obteve {{score}} em {{courseTitle}}.'],
  },
  QUIZ_FAILED: {
    en: ['Quiz not passed', 'You scored {{score}} in a quiz of {{courseTitle}}.'],
    es: ['Cuestionario no aprobado', 'Has obtenido un {{score}} en {{courseTitle}}.'],
    pt: ['Questionário não aprovado', 'Você obteve {{score}} em {{courseTitle}}.'],
  },
  COURSE_COMPLETED: {
    en: ['Course completed', 'Congratulations! You have completed {{courseTitle}}.'],
    es: ['Curso completado', '¡Enhorabuena! Has completado {{courseTitle}}.'],
    pt: ['Curso concluído', 'Parabéns! Você concluiu {{courseTitle}}.'],
  },
  CERTIFICATE_ISSUED: {
    en: ['Your certificate is ready', 'Your certificate for {{courseTitle}} has been issued.'],
    es: ['Tu certificado está listo', 'Se ha emitido tu certificado de {{courseTitle}}.'],
    pt: ['O seu certificado está pronto', 'O seu certificado de {{courseTitle}} foi emitido.'],
  },
  DISCUSSION_STARTED: {
    en: ['New discussion in {{courseTitle}}', 'A learner has started a discussion.'],
    es: ['Nuevo debate en {{courseTitle}}', 'Un alumno ha abierto un debate.'],
    pt: ['Nova discussão em {{courseTitle}}', 'Um aluno abriu uma discussão.'],
  },
});

export const notificationTemplates: MongoMigration = {
  name: '0002_notification_templates',
  up: (db) => templates.put(db),
  down: (db) => templates.remove(db),
};
