import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificatePage, languageOf, pagePolicy } from './page.js';

const certificate = {
  id: 'id',
  enrollmentId: 'enrolment',
  verificationCode: 'ABCD-EFGH-JKMN',
  studentName: 'Íñigo <script>alert("1")</script>',
  courseTitle: `Knots & 'Sails'`,
  issuedAt: new Date('2026-03-04T23:30:00Z'),
  revokedAt: null,
};

describe('the page of a certificate', () => {
  it('tells who completed what and when, and shows as text what people wrote', () => {
    const page = certificatePage(certificate, 'en');
    expect(page).toContain('This certificate is valid.');
    expect(page).toContain('Íñigo &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(page).toContain('Knots &amp; &#39;Sails&#39;');
    expect(page).toContain('March 4, 2026');
    expect(page).toContain('ABCD-EFGH-JKMN');
    expect(page).not.toMatch(/<script/i);
  });

  it('says so when it was taken back, or is not there', () => {
    const revokedAt = new Date('2026-04-05T00:00:00Z');
    const revoked = certificatePage({ ...certificate, revokedAt }, 'es');
    expect(revoked).toContain('fue revocado');
    expect(revoked).toContain('5 de abril de 2026');
    expect(revoked).not.toContain('Este certificado es válido');
    const unknown = certificatePage(null, 'pt');
    expect(unknown).toContain('<html lang="pt">');
    expect(unknown).toContain('Não há nenhum certificado com este código.');
    expect(unknown).not.toContain('<dl>');
  });

  it('has only the style that its policy allows', () => {
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(certificatePage(null, 'en')) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(pagePolicy).toContain(`style-src 'sha256-${hash}'`);
    expect(pagePolicy).toContain(`default-src 'none'`);
  });
});

it.each([
  ['es-MX,es;q=0.9,en;q=0.8', 'es'],
  ['fr-FR, pt-BR;q=0.7, en;q=0.2', 'pt'],
  ['en;q=0.1, pt;q=0.9', 'pt'],
  ['pt;q=0, es;q=0.1', 'es'],
  ['fr', 'en'],
  ['*', 'en'],
  [';;q=x,,', 'en'],
  [undefined, 'en'],
])('%s is answered in %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
