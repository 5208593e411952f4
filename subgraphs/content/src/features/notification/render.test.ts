import { describe, expect, it } from 'vitest';
import { fill, render } from './render.js';

describe('render', () => {
  it('writes numbers and money as the language does', () => {
    const template = { title: '{{amount}}', body: '{{score}} / {{progress}} / {{courseTitle}}' };
    const facts = {
      amountMinor: '123456',
      currency: 'EUR',
      scorePercent: 66.6,
      progressPercent: 5,
    };
    expect(render(template, 'en', facts, 'Knots')).toEqual({
      title: '€1,234.56',
      body: '67% / 5% / Knots',
    });
    expect(render(template, 'pt', facts, null).title).toMatch(/^€\s1\.234,56$/);
    expect(render(template, 'es', facts, null).body).toMatch(/^67\s% \/ 5\s% \/ tu curso$/);
  });

  it('leaves nothing in braces, and fills in no value twice', () => {
    expect(fill('{{a}}-{{b}}', { a: '{{b}}' })).toBe('{{b}}-');
    expect(render({ title: '{{amount}}', body: '' }, 'en', {}, null).title).toBe('');
  });
});
