import { escapeHtml } from '@pcc/platform';

/** Characters of no meaning (Unicode's private use), which stand for the marks until the text is escaped. */
export const marks = ['\ue000', '\ue001'] as const;

/**
 * HTML of a marked text that is safe whatever an author has written: all of it is escaped first, then the marks
 * become `<mark>` and `</mark>`, the only tags there are.
 */
export const highlightHtml = (marked: string): string =>
  escapeHtml(marked).replaceAll(marks[0], '<mark>').replaceAll(marks[1], '</mark>');
