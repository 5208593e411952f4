import { cString, message, readCString } from './protocol.js';

/**
 * Keeps the prepared statements of one client apart from everybody else's: the engine has one session, so
 * a name that two clients use would be one statement. Names are replaced by short unique ones on the way in.
 */
export interface StatementNames {
  /** The message as the engine should see it. */
  rename(type: string, bytes: Buffer): Buffer;
  /** True for a message that leans on the unnamed statement without having parsed it in this unit. */
  usesUnnamed(type: string, bytes: Buffer): boolean;
  /** Messages that drop every statement the client has left behind, if there are any. */
  closeAll(): Buffer | undefined;
}

export function statementNames(client: number): StatementNames {
  const known = new Map<string, string>();
  let count = 0;
  const engineName = (name: string): string => {
    if (name === '') return '';
    const existing = known.get(name);
    if (existing !== undefined) return existing;
    const fresh = `pcc_${client}_${++count}`;
    known.set(name, fresh);
    return fresh;
  };

  return {
    rename(type, bytes) {
      const at = statementOffset(type, bytes);
      if (at === undefined) return bytes;
      const { text, end } = readCString(bytes, at);
      if (text === '') return bytes;
      const renamed = engineName(text);
      if (type === 'C') known.delete(text);
      return message(type, bytes.subarray(5, at), cString(renamed), bytes.subarray(end));
    },
    usesUnnamed(type, bytes) {
      const at = type === 'B' || type === 'D' ? statementOffset(type, bytes) : undefined;
      return at !== undefined && readCString(bytes, at).text === '';
    },
    closeAll() {
      const names = [...known.values()];
      known.clear();
      if (names.length === 0) return undefined;
      return Buffer.concat([
        ...names.map((name) => message('C', Buffer.from('S'), cString(name))),
        message('S'),
      ]);
    },
  };
}

/** Where the statement's name begins in Parse, Bind, and Describe or Close of a statement. */
function statementOffset(type: string, bytes: Buffer): number | undefined {
  if (type === 'P') return 5;
  if (type === 'B') return readCString(bytes, 5).end;
  if ((type === 'D' || type === 'C') && bytes[5] === 'S'.charCodeAt(0)) return 6;
  return undefined;
}

/** Comments and quoted text, in which the words are only mentioned. */
const mentions = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g;
const copyFromStdin = /(?:^|;)\s*copy\b[^;]*\bfrom\s+stdin\b/i;

/**
 * `COPY … FROM STDIN` makes the engine read from a client that is not there, and exit.
 * @returns whether this Query or Parse message would do that
 */
export function isCopyFromStdin(type: string, bytes: Buffer): boolean {
  if (type !== 'Q' && type !== 'P') return false;
  const start = type === 'Q' ? 5 : readCString(bytes, 5).end;
  const head = bytes.subarray(start, start + 65_536);
  if (!/copy/i.test(head.toString('latin1'))) return false;
  return copyFromStdin.test(readCString(bytes, start).text.replace(mentions, ' '));
}
