import { createHash } from 'node:crypto';
import { escapeHtml } from '@pcc/platform';
import { languages, type Language } from '../../languages.js';
import type { Certificate } from './model.js';

interface Words {
  readonly title: string;
  readonly valid: string;
  readonly revoked: string;
  readonly unknown: string;
  readonly hint: string;
  readonly student: string;
  readonly course: string;
  readonly issued: string;
  readonly takenBack: string;
  readonly code: string;
}

const texts: Readonly<Record<Language, Words>> = {
  en: {
    title: 'Certificate check',
    valid: 'This certificate is valid.',
    revoked: 'This certificate was revoked and is no longer valid.',
    unknown: 'There is no certificate with this code.',
    hint: 'Compare it with the printed one, letter by letter.',
    student: 'Awarded to',
    course: 'Course completed',
    issued: 'Issued on',
    takenBack: 'Revoked on',
    code: 'Verification code',
  },
  es: {
    title: 'Comprobación de certificado',
    valid: 'Este certificado es válido.',
    revoked: 'Este certificado fue revocado y ya no es válido.',
    unknown: 'No hay ningún certificado con este código.',
    hint: 'Compáralo con el impreso, letra por letra.',
    student: 'Otorgado a',
    course: 'Curso completado',
    issued: 'Emitido el',
    takenBack: 'Revocado el',
    code: 'Código de verificación',
  },
  pt: {
    title: 'Verificação de certificado',
    valid: 'Este certificado é válido.',
    revoked: 'Este certificado foi revogado e já não é válido.',
    unknown: 'Não há nenhum certificado com este código.',
    hint: 'Compare-o com o impresso, letra por letra.',
    student: 'Concedido a',
    course: 'Curso concluído',
    issued: 'Emitido em',
    takenBack: 'Revogado em',
    code: 'Código de verificação',
  },
};

const style =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}' +
  'dt{color:#555;margin-top:1rem}dd{margin:0;font-weight:600;overflow-wrap:anywhere}' +
  '.valid{color:#0a6b2d}.revoked,.unknown{color:#a11}';

/** Nothing but this very style: no script, no frame, no request to anybody. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What a browser sends as `Accept-Language`: the first of our languages by its weights, or English. */
export function languageOf(header: string | undefined): Language {
  const wanted = (header ?? '').split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean);
    return { language: tag.split('-')[0], weight: Number(weight ?? 1) };
  });
  const [best] = wanted
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .flatMap(({ language }) => languages.filter((one) => one === language));
  return best ?? 'en';
}

/** The page for whoever was given a certificate. @param certificate null: nobody has this code */
export function certificatePage(certificate: Certificate | null, language: Language): string {
  const words = texts[language];
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const facts = certificate === null ? [] : factsOf(certificate, words, (at) => format.format(at));
  const state =
    certificate === null ? 'unknown' : certificate.revokedAt === null ? 'valid' : 'revoked';
  const details =
    certificate === null
      ? `<p>${words.hint}</p>`
      : `<dl>${facts.map(([term, fact]) => `<dt>${term}</dt><dd>${escapeHtml(fact)}</dd>`).join('')}</dl>`;
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${words.title}</title><style>${style}</style></head>
<body>
<h1>${words.title}</h1>
<p class="${state}"><strong>${words[state]}</strong></p>
${details}
</body>
</html>
`;
}

const factsOf = (
  { studentName, courseTitle, issuedAt, revokedAt, verificationCode }: Certificate,
  words: Words,
  dateOf: (at: Date) => string,
): [term: string, fact: string][] => [
  [words.student, studentName],
  [words.course, courseTitle],
  [words.issued, dateOf(issuedAt)],
  ...(revokedAt === null ? [] : ([[words.takenBack, dateOf(revokedAt)]] as [string, string][])),
  [words.code, verificationCode],
];
