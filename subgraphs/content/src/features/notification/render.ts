import type { Language } from '../projection/model.js';
import type { NotificationFacts } from './model.js';
import type { Template } from './template-repository.js';

/** What a text says where it should name a course whose title has not come yet. */
const unnamedCourse: Readonly<Record<Language, string>> = {
  en: 'your course',
  es: 'tu curso',
  pt: 'seu curso',
};

/** Replaces `{{name}}`. A name that has no value is left out: a half-known text is better than none. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_match, name: string) => values[name] ?? '');

/** `1999` EUR as `€19.99`, as the language writes it. All our currencies have two decimal places. */
function formatMoney(amountMinor: string, currency: string, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(Number(amountMinor) / 100);
}

/** Puts a notification into words. */
export function render(
  template: Template,
  language: Language,
  facts: NotificationFacts,
  courseTitle: string | null,
): { title: string; body: string } {
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const { progressPercent, scorePercent, amountMinor, currency } = facts;
  const values = {
    courseTitle: courseTitle ?? unnamedCourse[language],
    ...(progressPercent === undefined ? {} : { progress: percent.format(progressPercent / 100) }),
    ...(scorePercent === undefined ? {} : { score: percent.format(scorePercent / 100) }),
    ...(amountMinor === undefined || currency === undefined
      ? {}
      : { amount: formatMoney(amountMinor, currency, language) }),
  };
  return { title: fill(template.title, values), body: fill(template.body, values) };
}
