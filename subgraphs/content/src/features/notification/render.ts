import type { Language, Reader } from '../projection/model.js';
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

/** `2026-03-02T17:30:00Z` in Madrid as `Monday, March 2 at 6:30 PM GMT+1`: the zone is named, for those who travel. */
function formatMoment(moment: string, { language, timeZone }: Reader): string {
  const format = new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  return format.format(new Date(moment));
}

/** Puts a notification into words. */
export function render(
  template: Template,
  reader: Reader,
  facts: NotificationFacts,
  courseTitle: string | null,
): { title: string; body: string } {
  const { language } = reader;
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const { progressPercent, scorePercent, amountMinor, currency, deadline } = facts;
  const values = {
    courseTitle: courseTitle ?? unnamedCourse[language],
    ...(progressPercent === undefined ? {} : { progress: percent.format(progressPercent / 100) }),
    ...(scorePercent === undefined ? {} : { score: percent.format(scorePercent / 100) }),
    ...(amountMinor === undefined || currency === undefined
      ? {}
      : { amount: formatMoney(amountMinor, currency, language) }),
    ...(deadline === undefined ? {} : { deadline: formatMoment(deadline, reader) }),
  };
  return { title: fill(template.title, values), body: fill(template.body, values) };
}
