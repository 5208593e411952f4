import { badValue, notImplemented, CommandError, typeMismatch } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument } from '../bson/types.js';
import type { Sensitivity } from './tokens.js';
import { fold, insensitive, tokens } from './tokens.js';

/** A `$text` condition. */
export interface TextQuery {
  /** One of these words must be there: what the index is asked for. */
  readonly terms: ReadonlySet<string>;
  /** Whether texts that hold one of the terms also hold the phrases, and nothing that is excluded. */
  accepts(texts: readonly string[]): boolean;
}

/** Compiles the operand of `$text`. */
export function compileTextQuery(operand: unknown): TextQuery {
  if (!isDocument(operand)) throw badValue('$text expects an object');
  const { search, sensitivity } = parseOptions(operand);
  const { words, phrases, excludedWords, excludedPhrases } = parseSearch(search);
  const wanted = new Set(tokens(words, sensitivity));
  const excluded = new Set(tokens(excludedWords, sensitivity));
  const strict = sensitivity.case || sensitivity.diacritics;
  const inText = (phrase: string) => {
    const folded = fold(phrase, sensitivity);
    return (text: string): boolean => fold(text, sensitivity).includes(folded);
  };
  const all = phrases.map(inText);
  const none = excludedPhrases.map(inText);
  return {
    terms: new Set(tokens(words)),
    accepts(texts) {
      if (strict || excluded.size > 0) {
        const found = new Set(texts.flatMap((text) => tokens(text, sensitivity)));
        // The index knows folded words only.
        if (strict && ![...wanted].some((word) => found.has(word))) return false;
        if ([...excluded].some((word) => found.has(word))) return false;
      }
      return all.every((test) => texts.some(test)) && !none.some((test) => texts.some(test));
    },
  };
}

function parseOptions(operand: Document): { search: string; sensitivity: Sensitivity } {
  const { $search, $language, $caseSensitive, $diacriticSensitive, ...others } = operand;
  if ($search === undefined)
    throw new CommandError('NoSuchKey', 'Missing expected field "$search"');
  if (typeof $search !== 'string') throw typeMismatch('"$search" had the wrong type');
  for (const [name, value] of Object.entries({ $caseSensitive, $diacriticSensitive }))
    if (value !== undefined && typeof value !== 'boolean')
      throw typeMismatch(`"${name}" had the wrong type. Expected bool`);
  if (Object.keys(others).length > 0) throw badValue('extra fields in $text');
  if ($language !== undefined && $language !== 'none')
    throw notImplemented(`text search in a language ($language: ${JSON.stringify($language)})`);
  return {
    search: $search,
    sensitivity: {
      ...insensitive,
      ...($caseSensitive === true ? { case: true } : {}),
      ...($diacriticSensitive === true ? { diacritics: true } : {}),
    },
  };
}

interface Search {
  words: string;
  phrases: string[];
  excludedWords: string;
  excludedPhrases: string[];
}

/**
 * Reads `word "a phrase" -without -"a phrase"`. The words of a wanted phrase are wanted words too. A minus
 * counts where a word begins, and holds until the next space.
 */
function parseSearch(search: string): Search {
  const found: Search = { words: '', phrases: [], excludedWords: '', excludedPhrases: [] };
  let excluding = false;
  let phraseStart: number | undefined;
  for (const { index, 0: token } of search.matchAll(/["-]|[^"\- \n\v\f\r]+/g)) {
    const afterSpace = index === 0 || /[ \n\v\f\r]/.test(search[index - 1] ?? '');
    if (token === '-') excluding ||= phraseStart === undefined && afterSpace;
    else if (token === '"') {
      if (phraseStart === undefined) {
        excluding &&= !afterSpace;
        phraseStart = index + 1;
      } else {
        found[excluding ? 'excludedPhrases' : 'phrases'].push(search.slice(phraseStart, index));
        phraseStart = undefined;
      }
    } else if (phraseStart === undefined || !excluding) {
      excluding &&= !afterSpace;
      found[excluding ? 'excludedWords' : 'words'] += `${token} `;
    }
  }
  return found;
}

/** The `$text` condition of a filter: at its top or under `$and`, once. */
export function textConditionOf(filter: Document): unknown {
  const conditions = conditionsOf(filter);
  if (conditions.length > 1) throw badValue('Too many text expressions');
  return conditions[0];
}

function conditionsOf(filter: Document): unknown[] {
  return Object.entries(filter).flatMap(([key, operand]) => {
    if (key === '$text') return [operand];
    if (key !== '$and' || !Array.isArray(operand)) return [];
    return operand.filter(isDocument).flatMap(conditionsOf);
  });
}
