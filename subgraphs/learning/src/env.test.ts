import { expect, it } from 'vitest';
import { ConfigError } from '@pcc/platform';
import { readLearningEnv } from './env.js';

const source = {
  DATABASE_URL: 'postgresql://shared/lms',
  VIEWER_SIGNING_SECRETS: 'a'.repeat(32),
  TOKEN_SIGNING_KEYS: '{"kty":"OKP"}',
  REDIS_URL: 'redis://localhost',
  S3_URL: 'http://key:secret@localhost:9000',
  CERTIFICATE_VERIFICATION_URL: 'https://school.example/verify/{code}',
};

it('reads a complete environment', () => {
  expect(readLearningEnv({ ...source, PORT: '5001' })).toEqual({
    config: {
      host: '127.0.0.1',
      port: 5001,
      databaseUrl: 'postgresql://shared/lms',
      viewerSecrets: ['a'.repeat(32)],
      signingKeys: ['{"kty":"OKP"}'],
      smtp: undefined,
      publicUrl: 'http://127.0.0.1:4000',
      s3Url: 'http://key:secret@localhost:9000',
      verificationUrl: 'https://school.example/verify/{code}',
    },
    redisUrl: 'redis://localhost',
    logLevel: 'info',
  });
});

it('prefers its own database', () => {
  const own = { ...source, LEARNING_DATABASE_URL: 'postgresql://own/lms' };
  expect(readLearningEnv(own).config.databaseUrl).toBe('postgresql://own/lms');
});

it('takes several signing keys as a key set', () => {
  const keys = { ...source, TOKEN_SIGNING_KEYS: '{"keys":[{"kid":"new"},{"kid":"old"}]}' };
  expect(readLearningEnv(keys).config.signingKeys).toEqual(['{"kid":"new"}', '{"kid":"old"}']);
});

it('sends mails by the server that it is told of, and in production wants one', () => {
  const mail = {
    SMTP_URL: 'smtp://mail',
    MAIL_FROM: 'LMS <lms@school.test>',
    PUBLIC_URL: 'https://school.test',
  };
  const production = { ...source, NODE_ENV: 'production' };
  expect(readLearningEnv({ ...production, ...mail }).config).toMatchObject({
    smtp: { url: 'smtp://mail', from: 'LMS <lms@school.test>' },
    publicUrl: 'https://school.test',
  });
  for (const name of ['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL']) {
    expect(() => readLearningEnv({ ...production, ...mail, [name]: '' })).toThrow(
      `${name} is not set`,
    );
  }
  expect(() => readLearningEnv({ ...source, SMTP_URL: 'mail.school.test' })).toThrow('SMTP_URL');
});

it('names every missing variable at once', () => {
  const failure = (() => {
    try {
      return readLearningEnv({ NODE_ENV: 'production' });
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(ConfigError);
  for (const name of Object.keys(source)) expect(String(failure)).toContain(name);
});

it('refuses a place to check certificates that has no place for the code', () => {
  const { CERTIFICATE_VERIFICATION_URL: _named, ...unnamed } = source;
  expect(readLearningEnv({ ...unnamed, PORT: '5001' }).config.verificationUrl).toBe(
    'http://127.0.0.1:5001/certificates/{code}',
  );
  expect(() => readLearningEnv({ ...unnamed, NODE_ENV: 'production' })).toThrow(
    'CERTIFICATE_VERIFICATION_URL',
  );
  const wrong = { ...source, CERTIFICATE_VERIFICATION_URL: 'https://school.example/verify' };
  expect(() => readLearningEnv(wrong)).toThrow('CERTIFICATE_VERIFICATION_URL');
});

it('refuses keys whose JSON is cut off', () => {
  expect(() => readLearningEnv({ ...source, TOKEN_SIGNING_KEYS: '{"kty":' })).toThrow(ConfigError);
});
