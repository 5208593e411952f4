import { describe, expect, it } from 'vitest';
import { cString, message, simpleQuery } from './protocol.js';
import { isCopyFromStdin, statementNames } from './statements.js';

const parse = (name: string, sql: string) =>
  message('P', cString(name), cString(sql), Buffer.from([0, 0]));
const bind = (name: string) => message('B', cString(''), cString(name), Buffer.from([0, 0, 0, 0]));

describe('statementNames', () => {
  it('gives each client’s names a name of their own, and keeps the rest of the message', () => {
    const [one, two] = [statementNames(1), statementNames(2)];
    expect(one.rename('P', parse('find', 'SELECT 1'))).toEqual(parse('pcc_1_1', 'SELECT 1'));
    expect(one.rename('B', bind('find'))).toEqual(bind('pcc_1_1'));
    expect(two.rename('B', bind('find'))).toEqual(bind('pcc_2_1'));
    const longest = 'x'.repeat(200); // the engine keys statements by 63 bytes
    expect(one.rename('B', bind(longest))).toEqual(bind('pcc_1_2'));
  });

  it('leaves unnamed statements and other messages alone', () => {
    const names = statementNames(1);
    const others = [
      parse('', 'SELECT 1'),
      message('D', Buffer.from('P'), cString('portal')),
      message('E', cString('portal'), Buffer.alloc(4)),
      simpleQuery('SELECT 1'),
    ];
    for (const bytes of others) {
      expect(names.rename(String.fromCharCode(bytes[0] ?? 0), bytes)).toBe(bytes);
    }
    expect(names.closeAll()).toBeUndefined();
  });

  it('closes what is left, and nothing that was closed', () => {
    const names = statementNames(1);
    names.rename('P', parse('kept', 'SELECT 1'));
    names.rename('P', parse('closed', 'SELECT 2'));
    names.rename('C', message('C', Buffer.from('S'), cString('closed')));
    expect(names.closeAll()).toEqual(
      Buffer.concat([message('C', Buffer.from('S'), cString('pcc_1_1')), message('S')]),
    );
  });

  it('sees what leans on the unnamed statement', () => {
    const names = statementNames(1);
    expect(names.usesUnnamed('B', bind(''))).toBe(true);
    expect(names.usesUnnamed('B', bind('named'))).toBe(false);
    expect(names.usesUnnamed('D', message('D', Buffer.from('P'), cString('')))).toBe(false);
  });
});

describe('isCopyFromStdin', () => {
  it.each([
    'COPY t FROM STDIN',
    ' -- note\n copy t (a, b)\n from stdin with (format csv)',
    'SELECT 1; /* c */ COPY t FROM STDIN',
    `SELECT 'it''s'; COPY t FROM STDIN WITH (DELIMITER ';')`,
  ])('finds %j', (sql) => {
    expect(isCopyFromStdin('Q', simpleQuery(sql))).toBe(true);
    expect(isCopyFromStdin('P', parse('name', sql))).toBe(true);
  });

  it.each([
    'COPY t TO STDOUT',
    `INSERT INTO t VALUES ('copy that from stdin')`,
    `INSERT INTO t VALUES ('it''s; copy that from stdin')`,
    '/* ; */ -- ; copy that from stdin\nSELECT 1',
    'SELECT 1',
  ])('lets %j through', (sql) => {
    expect(isCopyFromStdin('Q', simpleQuery(sql))).toBe(false);
  });

  it('looks at SQL only, never at parameters', () => {
    const parameter = Buffer.from('; COPY t FROM STDIN\0');
    expect(isCopyFromStdin('B', message('B', cString(''), cString(''), parameter))).toBe(false);
  });
});
