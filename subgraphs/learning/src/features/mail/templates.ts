import type { Language } from '../../languages.js';
import type { MailTemplate } from './model.js';

export interface Words {
  readonly subject: string;
  /** Paragraphs; `{link}` and `{token}` are filled in. No name and nothing else that somebody typed: these go to anybody. */
  readonly paragraphs: readonly string[];
}

const link = '{link}';
const code: Readonly<Record<Language, string>> = {
  en: 'If the application asks for a code, it is: {token}',
  es: 'Si la aplicación le pide un código, es este: {token}',
  pt: 'Se o aplicativo pedir um código, é este: {token}',
};
const ignore: Readonly<Record<Language, string>> = {
  en: 'If this was not you, there is nothing to do: without the link nothing happens.',
  es: 'Si no fue usted, no tiene que hacer nada: sin el enlace no ocurre nada.',
  pt: 'Se não foi você, não precisa fazer nada: sem o link nada acontece.',
};

/** What people read, by template and language. */
export const words: Readonly<Record<MailTemplate, Readonly<Record<Language, Words>>>> = {
  'verify-email': {
    en: {
      subject: 'Confirm your e-mail address',
      paragraphs: [
        'Somebody has registered with this address. Open this link within 24 hours to finish:',
        ...[link, code.en, ignore.en],
      ],
    },
    es: {
      subject: 'Confirme su dirección de correo',
      paragraphs: [
        'Alguien se ha registrado con esta dirección. Abra este enlace en un plazo de 24 horas para terminar:',
        ...[link, code.es, ignore.es],
      ],
    },
    pt: {
      subject: 'Confirme o seu endereço de e-mail',
      paragraphs: [
        'Alguém se cadastrou com este endereço. Abra este link em até 24 horas para concluir:',
        ...[link, code.pt, ignore.pt],
      ],
    },
  },
  'account-exists': {
    en: {
      subject: 'You have an account already',
      paragraphs: [
        'Somebody has tried to use this address for an account, but it has one already. If it was you: log in, or set a new password here:',
        link,
        'If this was not you, there is nothing to do: nothing was changed.',
      ],
    },
    es: {
      subject: 'Ya tiene una cuenta',
      paragraphs: [
        'Alguien ha querido usar esta dirección para una cuenta, pero ya tiene una. Si fue usted, inicie sesión o elija una contraseña nueva aquí:',
        link,
        'Si no fue usted, no tiene que hacer nada: no ha cambiado nada.',
      ],
    },
    pt: {
      subject: 'Você já tem uma conta',
      paragraphs: [
        'Alguém tentou usar este endereço para uma conta, mas ele já tem uma. Se foi você, entre ou crie uma nova senha aqui:',
        link,
        'Se não foi você, não precisa fazer nada: nada foi alterado.',
      ],
    },
  },
  'reset-password': {
    en: {
      subject: 'Set a new password',
      paragraphs: [
        'Somebody has asked for a new password for your account. Open this link within one hour to set it:',
        ...[link, code.en, ignore.en],
      ],
    },
    es: {
      subject: 'Elija una contraseña nueva',
      paragraphs: [
        'Alguien ha pedido una contraseña nueva para su cuenta. Abra este enlace en el plazo de una hora para elegirla:',
        ...[link, code.es, ignore.es],
      ],
    },
    pt: {
      subject: 'Crie uma nova senha',
      paragraphs: [
        'Alguém pediu uma nova senha para a sua conta. Abra este link em até uma hora para criá-la:',
        ...[link, code.pt, ignore.pt],
      ],
    },
  },
  'password-changed': {
    en: {
      subject: 'Your password was changed',
      paragraphs: [
        'The password of your account was changed, and you were signed out on other devices. If this was not you, set a new one at once:',
        link,
      ],
    },
    es: {
      subject: 'Su contraseña ha cambiado',
      paragraphs: [
        'La contraseña de su cuenta ha cambiado y se han cerrado sus sesiones en otros dispositivos. Si no fue usted, elija otra enseguida:',
        link,
      ],
    },
    pt: {
      subject: 'A sua senha foi alterada',
      paragraphs: [
        'A senha da sua conta foi alterada, e as sessões em outros dispositivos foram encerradas. Se não foi você, crie outra agora mesmo:',
        link,
      ],
    },
  },
  'change-email': {
    en: {
      subject: 'Confirm your new e-mail address',
      paragraphs: [
        'Open this link within 24 hours, and this address becomes that of your account:',
        ...[link, code.en, ignore.en],
      ],
    },
    es: {
      subject: 'Confirme su nueva dirección de correo',
      paragraphs: [
        'Abra este enlace en un plazo de 24 horas y esta dirección será la de su cuenta:',
        ...[link, code.es, ignore.es],
      ],
    },
    pt: {
      subject: 'Confirme o seu novo endereço de e-mail',
      paragraphs: [
        'Abra este link em até 24 horas e este endereço passará a ser o da sua conta:',
        ...[link, code.pt, ignore.pt],
      ],
    },
  },
  'change-email-asked': {
    en: {
      subject: 'Your account is to get another e-mail address',
      paragraphs: [
        'Somebody who is signed in with your account has asked for another e-mail address. If this was not you, set a new password at once:',
        link,
      ],
    },
    es: {
      subject: 'Su cuenta va a tener otra dirección de correo',
      paragraphs: [
        'Alguien que ha iniciado sesión con su cuenta ha pedido otra dirección de correo. Si no fue usted, elija una contraseña nueva enseguida:',
        link,
      ],
    },
    pt: {
      subject: 'A sua conta vai ter outro endereço de e-mail',
      paragraphs: [
        'Alguém que entrou com a sua conta pediu outro endereço de e-mail. Se não foi você, crie uma nova senha agora mesmo:',
        link,
      ],
    },
  },
};
