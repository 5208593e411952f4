/** Where a text stops being JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export type JsonPath = readonly (string | number)[];

/** A parsed JSON text that still knows in which line each value stands. */
export interface JsonWithLines {
  readonly value: unknown;
  /** The line of the value, or of the nearest one around it that is there; from 1. */
  readonly lineOf: (path: JsonPath) => number;
}

const maximumDepth = 100;

/**
 * Parses JSON and keeps the lines: `JSON.parse` tells neither where a value stands nor, always, where an error is.
 * @throws JsonSyntaxError
 */
export function parseJsonWithLines(text: string): JsonWithLines {
  const lines = new Map<string, number>();
  const reader = tokenReader(text);
  const value = readValue(reader, lines, []);
  const end = reader.next();
  if (end.text !== '') throw unexpected(end);
  return {
    value,
    lineOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const line = lines.get(keyOf(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return 1;
    },
  };
}

const keyOf = (path: JsonPath): string => JSON.stringify(path);

interface Token {
  /** Empty at the end of the text. */
  readonly text: string;
  readonly line: number;
}

interface TokenReader {
  next(): Token;
  peek(): Token;
}

/** White space, then a punctuation mark, a string or a bare word; or else any character, which no rule wants. */
const tokenForm = /[ \t\r\n]*([{}[\]:,]|"(?:[^"\\\n]|\\.)*"|[-+.\w]+|[^]|$)/y;

function tokenReader(text: string): TokenReader {
  let position = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let ahead: Token | undefined;
  const read = (): Token => {
    tokenForm.lastIndex = position;
    const [whole = '', token = ''] = tokenForm.exec(text) ?? [];
    position += whole.length;
    line += whole.split('\n').length - 1;
    return { text: token, line };
  };
  return {
    peek: () => (ahead ??= read()),
    next() {
      const token = ahead ?? read();
      ahead = undefined;
      return token;
    },
  };
}

function readValue(reader: TokenReader, lines: Map<string, number>, path: JsonPath): unknown {
  const token = reader.next();
  if (path.length > maximumDepth) throw new JsonSyntaxError(token.line, 'nested too deeply');
  lines.set(keyOf(path), token.line);
  if (token.text === '{') return readObject(reader, lines, path);
  if (token.text === '[') return readList(reader, lines, path);
  return readScalar(token);
}

function readObject(reader: TokenReader, lines: Map<string, number>, path: JsonPath): unknown {
  const entries: [string, unknown][] = [];
  if (reader.peek().text === '}') reader.next();
  else {
    do {
      const key = reader.next();
      if (!key.text.startsWith('"')) throw unexpected(key);
      const name = String(readScalar(key));
      expectToken(reader.next(), ':');
      entries.push([name, readValue(reader, lines, [...path, name])]);
    } while (continues(reader.next(), '}'));
  }
  return Object.fromEntries(entries);
}

function readList(reader: TokenReader, lines: Map<string, number>, path: JsonPath): unknown {
  const items: unknown[] = [];
  if (reader.peek().text === ']') reader.next();
  else {
    do items.push(readValue(reader, lines, [...path, items.length]));
    while (continues(reader.next(), ']'));
  }
  return items;
}

function readScalar(token: Token): unknown {
  try {
    return JSON.parse(token.text);
  } catch {
    throw unexpected(token);
  }
}

/** Whether another entry follows, rather than the closing bracket. */
function continues(token: Token, close: string): boolean {
  if (token.text === ',') return true;
  expectToken(token, close);
  return false;
}

function expectToken(token: Token, text: string): void {
  if (token.text !== text) throw unexpected(token);
}

const unexpected = ({ text, line }: Token): JsonSyntaxError =>
  new JsonSyntaxError(
    line,
    text === '' ? 'not valid JSON: it ends too early' : `not valid JSON: unexpected ${text}`,
  );
