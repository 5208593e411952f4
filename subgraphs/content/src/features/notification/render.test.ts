import { describe, expect, it } from 'vitest';
import type { Language } from '../projection/model.js';
import { fill, render } from './render.js';

const readerOf = (language: Language, timeZone = 'UTC') => ({ language, timeZone });

describe('render', () => {
  it('writes numbers and money as the language does', () => {
    const template = { title: '{{amount}}', body: '{{score}} / {{progress}} / {{courseTitle}}' };
    const facts = {
      amountMinor: '123456',
      currency: 'EUR',
      scorePercent: 66.6,
      progressPercent: 5,
    };
    expect(render(template, readerOf('en'), facts, 'Knots')).toEqual({
      title: '€1,234.56',
      body: '67% / 5% / Knots',
    });
    expect(render(template, readerOf('pt'), facts, null).title).toMatch(/^€\s1\.234,56$/);
    expect(render(template, readerOf('es'), facts, null).body).toMatch(
      /^67\s% \/ 5\s% \/ tu curso$/,
    );
  });

  it('writes a moment in the language and the time zone of its reader, and names the zone', () => {
    const template = { title: '{{deadline}}', body: '' };
    const inWords = (language: Language, timeZone: string) =>
      render(template, readerOf(language, timeZone), { deadline: '2026-03-02T23:30:00.000Z' }, null)
        .title;
    expect(inWords('en', 'America/New_York')).toMatch(/^Monday, March 2 at 6:30\sPM EST$/);
    expect(inWords('es', 'Europe/Madrid')).toBe('martes, 3 de marzo, 0:30 CET');
    expect(inWords('pt', 'America/Sao_Paulo')).toMatch(/^segunda-feira, 2 de março às 20:30 BRT$/);
  });

  it('leaves nothing in braces, and fills in no value twice', () => {
    expect(fill('{{a}}-{{b}}', { a: '{{b}}' })).toBe('{{b}}-');
    expect(render({ title: '{{amount}}', body: '' }, readerOf('en'), {}, null).title).toBe('');
  });
});
