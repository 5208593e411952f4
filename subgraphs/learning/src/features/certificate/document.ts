import { PDFDocument, StandardFonts, rgb, type PDFFont, type PDFPage } from 'pdf-lib';
import type { Language } from '../../languages.js';

const texts: Record<Language, { title: string; says: string; of: string; code: string }> = {
  en: {
    title: 'Certificate of completion',
    says: 'This is to certify that',
    of: 'has completed the course',
    code: 'Verification code',
  },
  es: {
    title: 'Certificado de finalización',
    says: 'Se certifica que',
    of: 'ha completado el curso',
    code: 'Código de verificación',
  },
  pt: {
    title: 'Certificado de conclusão',
    says: 'Certifica-se que',
    of: 'concluiu o curso',
    code: 'Código de verificação',
  },
};

/** A4, lying; in points. */
const page = { width: 842, height: 595 };
const widest = page.width - 120;
const ink = rgb(0.1, 0.15, 0.25);

export interface DocumentContent {
  readonly studentName: string;
  readonly courseTitle: string;
  readonly issuedAt: Date;
  readonly verificationCode: string;
  readonly verificationUrl: string;
  readonly language: Language;
}

/** The printed certificate, as a PDF with the fonts that every reader has. The same content gives the same bytes. */
export async function certificatePdf(content: DocumentContent): Promise<Uint8Array> {
  const { language, issuedAt } = content;
  const text = texts[language];
  const document = await PDFDocument.create({ updateMetadata: false });
  document.setTitle(`${text.title}: ${content.courseTitle}`, { showInWindowTitleBar: true });
  document.setLanguage(language);
  document.setCreationDate(issuedAt);
  document.setModificationDate(issuedAt);
  const regular = await document.embedFont(StandardFonts.Helvetica);
  const bold = await document.embedFont(StandardFonts.HelveticaBold);
  const sheet = document.addPage([page.width, page.height]);
  sheet.drawRectangle({
    x: 30,
    y: 30,
    width: page.width - 60,
    height: page.height - 60,
    borderColor: ink,
    borderWidth: 2,
  });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  centred(sheet, text.title, bold, 34, 470);
  centred(sheet, text.says, regular, 16, 400);
  centred(sheet, content.studentName, bold, 28, 355);
  centred(sheet, text.of, regular, 16, 305);
  centred(sheet, content.courseTitle, bold, 24, 262);
  centred(sheet, date.format(issuedAt), regular, 16, 200);
  centred(sheet, `${text.code}: ${content.verificationCode}`, regular, 13, 110);
  centred(sheet, content.verificationUrl, regular, 10, 88);
  return document.save();
}

/** In the middle of the line, as small as it must be to fit. */
function centred(sheet: PDFPage, given: string, font: PDFFont, largest: number, y: number): void {
  const text = printable(given, font);
  const size = Math.min(largest, (largest * widest) / font.widthOfTextAtSize(text, largest));
  const x = (page.width - font.widthOfTextAtSize(text, size)) / 2;
  sheet.drawText(text, { x, y, size, font, color: ink });
}

/**
 * The standard fonts have the letters of Western Europe. Others lose their accents, or become `?`: a name in
 * another script is still told by the code.
 */
export function printable(text: string, font: Pick<PDFFont, 'getCharacterSet'>): string {
  const known = new Set(font.getCharacterSet());
  const has = (letter: string) => known.has(letter.codePointAt(0) ?? 0);
  return [...text.normalize('NFC')]
    .map((letter) => {
      if (has(letter)) return letter;
      const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '');
      return plain !== '' && [...plain].every(has) ? plain : '?';
    })
    .join('');
}
