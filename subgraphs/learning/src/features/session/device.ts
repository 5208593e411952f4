/** Beside what stands later: Edge and Opera name Chrome as well, and Chrome names Safari. */
const browsers = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['CriOS/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

const maximumLength = 60;

/**
 * What a person recognises a device by: of a browser's user agent `Firefox on Linux`, of anything else its beginning.
 * Versions are left out: they would tell devices apart for others too.
 * @returns null when nothing was said
 */
export function deviceName(said: string | null | undefined): string | null {
  const text = said?.replaceAll(/\p{Cc}/gu, ' ').trim() ?? '';
  if (text === '') return null;
  if (!text.startsWith('Mozilla/')) return text.slice(0, maximumLength);
  const browser = browsers.find(([mark]) => text.includes(mark))?.[1] ?? 'Browser';
  const system = systems.find(([mark]) => text.includes(mark))?.[1];
  return system === undefined ? browser : `${browser} on ${system}`;
}
