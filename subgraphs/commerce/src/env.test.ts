import { ConfigError } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { readCommerceEnv } from './env.js';

const secret = '0123456789abcdef0123456789abcdef';
const complete = {
  DATABASE_URL: 'postgresql://localhost/pcc',
  VIEWER_SIGNING_SECRETS: secret,
  COMMERCE_PUBLIC_URL: 'https://pay.example.org',
  PAYMENT_PROVIDER: 'sandbox',
  PAYMENT_WEBHOOK_SECRETS: `${secret},${secret}x`,
  REDIS_URL: 'redis://localhost:6379',
};

describe('readCommerceEnv', () => {
  it("prefers the subgraph's own database", () => {
    const own = { ...complete, COMMERCE_DATABASE_URL: 'postgres://commerce/pcc' };
    expect(readCommerceEnv(own).config.databaseUrl).toBe('postgres://commerce/pcc');
    expect(readCommerceEnv(complete).config).toMatchObject({
      databaseUrl: complete.DATABASE_URL,
      webhookSecrets: [secret, `${secret}x`],
      port: 4002,
    });
  });

  it('names everything that is missing, and shows no value', () => {
    const read = () => readCommerceEnv({ PAYMENT_WEBHOOK_SECRETS: 'short' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/DATABASE_URL[^]*VIEWER_SIGNING_SECRETS[^]*PAYMENT_PROVIDER/);
    expect(read).not.toThrow(/short/);
  });
});
