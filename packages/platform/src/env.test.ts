import { describe, expect, it } from 'vitest';
import { parseEnv, portVariable, secretListVariable, urlVariable } from './env.js';
import { ConfigError } from './errors.js';

const shape = {
  PORT: portVariable.default(4000),
  DATABASE_URL: urlVariable('postgresql:', 'postgres:'),
  SECRETS: secretListVariable,
};
const good = { DATABASE_URL: 'postgresql://localhost/lms', SECRETS: 'a'.repeat(32) };

describe('parseEnv', () => {
  it('gives typed values and defaults', () => {
    expect(parseEnv(shape, good)).toEqual({ PORT: 4000, ...good, SECRETS: ['a'.repeat(32)] });
  });

  it('treats an empty variable as not set', () => {
    expect(parseEnv(shape, { ...good, PORT: '' }).PORT).toBe(4000);
  });

  it('reports every problem at once, without the values', () => {
    const read = () => parseEnv(shape, { PORT: '99999', SECRETS: 'hunter2' });
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const { problems } = error as ConfigError;
      expect(problems).toHaveLength(3);
      expect(problems.join()).toContain('DATABASE_URL is not set');
      expect(problems.join()).not.toContain('hunter2');
    }
  });

  it.each(['mysql://localhost/x', 'not a url'])('refuses %s as a PostgreSQL URL', (url) => {
    expect(() => parseEnv(shape, { ...good, DATABASE_URL: url })).toThrow(/postgresql:\/\//);
  });

  it('splits secrets for rotation', () => {
    const secrets = ['n'.repeat(32), 'o'.repeat(32)];
    expect(parseEnv(shape, { ...good, SECRETS: secrets.join(', ') }).SECRETS).toEqual(secrets);
  });
});
