import { describe, expect, it } from 'vitest';
import { createAdmin } from './create.js';

const answering = (content: object) => ({ makeAdmin: async () => content });
const wanted = { email: 'ada@school.test', name: undefined, password: undefined };
const made = {
  userId: 'u1',
  outcome: 'CREATED',
  token: 'id.code',
  link: 'https://s.test/r?token=id.code',
};

describe('npm run admin -- create', () => {
  it('prints the link and the token of somebody new, unless she has a password', async () => {
    const lines = await createAdmin(answering(made), wanted);
    expect(lines.join('\n')).toMatch(
      /admin now.*\n.*once.*\n {2}https:\/\/s.test.*\n {2}token: id\.code$/,
    );
    const given = { ...wanted, password: 'correct horse battery' };
    const silent = await createAdmin(answering({ ...made, token: null, link: null }), given);
    expect(silent).toEqual(['ada@school.test is an admin now (u1).']);
  });

  it.each([
    ['PROMOTED', /password is as it was/],
    ['ALREADY_ADMIN', /nothing was changed/],
  ])('says what %s means', async (outcome, said) => {
    const answer = { ...made, outcome, token: null, link: null };
    expect((await createAdmin(answering(answer), wanted)).join()).toMatch(said);
  });

  it('says what is wrong', async () => {
    const userErrors = [
      { code: 'INVALID_EMAIL', message: 'This is no e-mail address.', field: [] },
    ];
    await expect(createAdmin(answering({ userErrors }), wanted)).rejects.toThrow(
      'INVALID_EMAIL: This',
    );
  });
});
