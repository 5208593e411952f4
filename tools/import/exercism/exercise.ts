import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExerciseRow } from './config.js';

/** Where an exercise's texts are, from the track's folder; only the instructions must be there. */
const textFiles = [
  'introduction.md',
  'introduction.append.md',
  'instructions.md',
  'instructions.append.md',
] as const;
const required = 'instructions.md';

/** The body of the lesson in Markdown, or why there is none. */
export type ExerciseText =
  { readonly body: string; readonly summary: string } | { readonly missing: string };

export async function readExerciseText(
  directory: string,
  { kind, slug }: Pick<ExerciseRow, 'kind' | 'slug'>,
): Promise<ExerciseText> {
  const folder = `exercises/${kind}/${slug}/.docs`;
  const texts = new Map<string, string>();
  for (const file of textFiles) {
    const text = await readText(join(directory, folder, file));
    if (text !== '') texts.set(file, text);
  }
  const instructions = texts.get(required);
  if (instructions === undefined) return { missing: `${folder}/${required} is missing or empty` };
  return { body: [...texts.values()].join('\n\n'), summary: firstParagraph(instructions) };
}

/** Empty when the file is not there. */
async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

const summaryLength = 240;
/** Headings, lists, code, quotes, tables, notes and link definitions are no sentences for a summary. */
const isProse = (paragraph: string) =>
  !/^(#|[-*+] |\d+[.)] |`{3}|~{3}|>|\||\[[^\]]+\]:)/.test(paragraph);

/** The first paragraph of prose, without Markdown, cut at a word if it is long. */
export function firstParagraph(markdown: string): string {
  const paragraph =
    markdown
      .split(/\n\s*\n/)
      .map((part) => part.trim())
      .find(isProse) ?? '';
  const plain = paragraph
    .replace(/!?\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])?/g, '$1')
    .replace(/[`*]|(?<!\w)_|_(?!\w)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain.length <= summaryLength) return plain;
  return `${plain.slice(0, summaryLength).replace(/\s+\S*$/, '')} …`;
}
