/** ISO 639-1 codes; the graph shows them in capitals. Events and other subgraphs use them as they are. */
export const languages = ['en', 'es', 'pt'] as const;
export type Language = (typeof languages)[number];
