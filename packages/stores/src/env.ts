/** Where programs are looked for. The one thing that this package reads from the environment. */
export const programPath = (): string => process.env['PATH'] ?? '';
