/** How letters count: MongoDB's text index of version 3 ignores case and diacritics unless it is told not to. */
export interface Sensitivity {
  readonly case: boolean;
  readonly diacritics: boolean;
}

export const insensitive: Sensitivity = { case: false, diacritics: false };

/**
 * What separates words, as in MongoDB's list of delimiters for every language but English (where an
 * apostrophe is part of a word). The last three are what Unicode calls a hyphen and not a dash.
 */
const delimiters =
  /[\p{White_Space}\p{Dash}\p{Quotation_Mark}\p{Terminal_Punctuation}\p{Sentence_Terminal}\p{Pattern_Syntax}\u00ad\u30fb\uff65]+/u;

/** The words of a text, in order, folded. The language is `none`: no stemming, no stop words. */
export function tokens(text: string, sensitivity: Sensitivity = insensitive): string[] {
  return text
    .split(delimiters)
    .map((word) => fold(word, sensitivity))
    .filter((word) => word !== '');
}

// eslint-disable-next-line no-control-regex -- the ASCII range, which needs no table
const onlyAscii = /^[\u0000-\u007f]*$/;

/** The text as it is compared: lower case and without diacritics, character by character. */
export function fold(text: string, sensitivity: Sensitivity): string {
  if (sensitivity.case && sensitivity.diacritics) return text;
  if (onlyAscii.test(text)) return sensitivity.case ? text : text.toLowerCase();
  let folded = '';
  for (const character of text) {
    const lower = sensitivity.case ? character : oneCharacter(character.toLowerCase(), character);
    folded += sensitivity.diacritics ? lower : withoutDiacritics(lower);
  }
  return folded;
}

const stripped = new Map<string, string>();

/** é becomes e; a mark of its own vanishes; what has no form without its mark stays. */
function withoutDiacritics(character: string): string {
  let result = stripped.get(character);
  if (result === undefined) {
    const bare = character
      .normalize('NFD')
      .replaceAll(/\p{Diacritic}/gu, '')
      .normalize('NFC');
    result = /^\p{Diacritic}$/u.test(character) ? '' : oneCharacter(bare, character);
    stripped.set(character, result);
  }
  return result;
}

const oneCharacter = (wanted: string, otherwise: string): string =>
  [...wanted].length === 1 ? wanted : otherwise;
