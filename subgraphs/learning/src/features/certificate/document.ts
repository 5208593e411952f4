import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
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

/** Names are of any country: these have the letters of Europe and the Caucasus, of Vietnam, Hebrew and Arabic. */
const fontFile = (name: string) =>
  createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
const regular = fontFile('DejaVuSans');
const bold = fontFile('DejaVuSans-Bold');

/** A4, lying; in points. */
const page = { width: 842, height: 595 };
const widest = page.width - 120;
const ink = '#1a2640';

export interface DocumentContent {
  readonly studentName: string;
  readonly courseTitle: string;
  readonly issuedAt: Date;
  readonly verificationCode: string;
  readonly verificationUrl: string;
  readonly language: Language;
}

/**
 * The printed certificate, as a PDF. A letter that the fonts do not have is an empty box, and the code tells the name
 * all the same. The same content gives the same bytes.
 */
export async function certificatePdf(content: DocumentContent): Promise<Buffer> {
  const { language, issuedAt } = content;
  const text = texts[language];
  const document = new PDFDocument({
    size: [page.width, page.height],
    margin: 0,
    font: regular,
    lang: language,
    displayTitle: true,
    info: {
      Title: `${text.title}: ${content.courseTitle}`,
      CreationDate: issuedAt,
      ModDate: issuedAt,
    },
  });
  document
    .rect(30, 30, page.width - 60, page.height - 60)
    .lineWidth(2)
    .stroke(ink)
    .fill(ink);
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  centred(document, text.title, bold, 34, 100);
  centred(document, text.says, regular, 16, 182);
  centred(document, content.studentName, bold, 28, 218);
  centred(document, text.of, regular, 16, 277);
  centred(document, content.courseTitle, bold, 24, 314);
  centred(document, date.format(issuedAt), regular, 16, 382);
  centred(document, `${text.code}: ${content.verificationCode}`, regular, 13, 475);
  centred(document, content.verificationUrl, regular, 10, 498);
  document.end();
  return buffer(document);
}

/** In the middle of the line, as small as it must be to fit. */
function centred(
  document: PDFKit.PDFDocument,
  text: string,
  font: string,
  largest: number,
  y: number,
): void {
  const width = document.font(font, largest).widthOfString(text);
  const size = Math.min(largest, (largest * widest) / width);
  document
    .fontSize(size)
    .text(text, (page.width - Math.min(width, widest)) / 2, y, { lineBreak: false });
}
