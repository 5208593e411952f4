import { describe, expect, it } from 'vitest';
import { highlightHtml, marks } from './highlight.js';

const [start, stop] = marks;

describe('highlightHtml', () => {
  it('marks what was found', () => {
    expect(highlightHtml(`The ${start}snake${stop} sleeps`)).toBe('The <mark>snake</mark> sleeps');
  });

  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    [`<img src=x onerror="a('b')">`, '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;'],
    ['<mark>mine</mark> &amp;', '&lt;mark&gt;mine&lt;/mark&gt; &amp;amp;'],
  ])('shows %s as text', (text, html) => {
    expect(highlightHtml(text)).toBe(html);
  });

  it('escapes within a mark too', () => {
    expect(highlightHtml(`${start}<b>${stop}`)).toBe('<mark>&lt;b&gt;</mark>');
  });
});
