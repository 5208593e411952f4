export const maximumSlugLength = 80;
const slugForm = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export const isSlug = (value: string) => value.length <= maximumSlugLength && slugForm.test(value);

/** `"¿Qué es SQL?"` → `que-es-sql`; `course` when no letter or digit is left. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maximumSlugLength - 8)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'course' : slug;
}
