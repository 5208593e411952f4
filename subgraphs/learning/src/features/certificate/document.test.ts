import { extractText } from 'unpdf';
import { expect, it } from 'vitest';
import { certificatePdf } from './document.js';

const content = {
  studentName: 'João Conceição',
  courseTitle: 'Introdução à programação',
  issuedAt: new Date('2026-03-01T09:30:00.000Z'),
  verificationCode: 'ABCD-EFGH-JKMN',
  verificationUrl: 'https://school.example/verify/ABCD-EFGH-JKMN',
  language: 'pt',
} as const;

it('has the same bytes whoever makes it, and when', async () => {
  expect(await certificatePdf(content)).toEqual(await certificatePdf(content));
});

it('fits a long title into one line', async () => {
  const pdf = await textOf({ ...content, courseTitle: 'W'.repeat(200) });
  expect(pdf).toEqual({ totalPages: 1, text: expect.stringContaining('W'.repeat(200)) as string });
});

it('prints names as they are written', async () => {
  for (const studentName of [
    'João Conceição',
    'Dvořák Łukasz',
    'Nguyễn Thị Ánh',
    'Ελένη',
    'Тетяна',
    '¿Ñandú?',
  ]) {
    expect((await textOf({ ...content, studentName })).text).toContain(studentName);
  }
});

it('prints the rest where a letter is missing', async () => {
  const { text } = await textOf({ ...content, studentName: '王 Wang' });
  expect(text).toContain('Wang');
  expect(text).toContain(content.verificationCode);
});

async function textOf(printed: Parameters<typeof certificatePdf>[0]) {
  const pdf = new Uint8Array(await certificatePdf(printed));
  return extractText(pdf, { mergePages: true });
}
