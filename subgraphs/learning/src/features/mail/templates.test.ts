import { newId } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { languages } from '../../languages.js';
import { composer } from './compose.js';
import { linkTokens } from './link-token.js';
import type { MailTemplate } from './model.js';
import { words } from './templates.js';

const compose = composer(linkTokens([Buffer.alloc(32)]), 'https://school.test');
const templates = Object.keys(words) as MailTemplate[];

describe.each(templates)('%s', (template) => {
  it.each(languages)('is whole in %s', (language) => {
    const mail = { id: newId(), template, language, tokenId: newId(), attempts: 1, to: 'a@b.test' };
    const { text, subject, link, token } = compose(mail);
    expect(subject.length).toBeGreaterThan(10);
    expect(text).not.toMatch(/[{}]/);
    expect(text.split('\n')).toContain(link);
    if (token !== null) {
      expect(link).toContain(token);
      expect(text).toContain(`: ${token}\n`);
    }
  });

  it('says something else in each language', () => {
    expect(new Set(languages.map((language) => words[template][language].subject)).size).toBe(3);
  });
});
