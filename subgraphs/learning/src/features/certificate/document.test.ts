import { PDFDocument, StandardFonts } from 'pdf-lib';
import { expect, it } from 'vitest';
import { certificatePdf, printable } from './document.js';

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
  const pdf = await certificatePdf({ ...content, courseTitle: 'W'.repeat(200) });
  expect((await PDFDocument.load(pdf)).getPageCount()).toBe(1);
});

it('prints what the fonts have, and the nearest of what they have not', async () => {
  const font = (await PDFDocument.create()).embedStandardFont(StandardFonts.Helvetica);
  expect(printable('¿Ñandú, çãõ? «Éter»', font)).toBe('¿Ñandú, çãõ? «Éter»');
  expect(printable('Dvořák 王', font)).toBe('Dvorák ?');
  expect(printable('João', font)).toBe('João');
});
