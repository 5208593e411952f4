/**
 * Puts the code of `docs/examples/` into the pages that show it, between `<!-- example FILE -->` and
 * `<!-- end -->`: what a reader copies is what the suite runs. `npm run docs`
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { root } from './root.js';

const marked = /<!-- example (\S+) -->[\s\S]*?<!-- end -->/g;

/** @returns the page with every marked example replaced by the file's present text */
export async function withExamples(page: string): Promise<string> {
  const files = new Set([...page.matchAll(marked)].map((match) => match[1] ?? ''));
  const texts = new Map<string, string>();
  for (const file of files) {
    texts.set(file, (await readFile(new URL(`docs/examples/${file}`, root), 'utf8')).trimEnd());
  }
  return page.replaceAll(
    marked,
    (_all, file: string) =>
      `<!-- example ${file} -->\n\n\`\`\`js\n${texts.get(file) ?? ''}\n\`\`\`\n\n<!-- end -->`,
  );
}

/** The pages directly in `docs/`. */
export async function pages(): Promise<URL[]> {
  const folder = new URL('docs/', root);
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith('.md')).map((file) => new URL(file, folder));
}

if (process.argv[2] === 'write') {
  for (const page of await pages()) {
    await writeFile(page, await withExamples(await readFile(page, 'utf8')));
  }
}
