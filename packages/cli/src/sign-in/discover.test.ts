import { expect, it } from '@jest/globals';
import { login, type LoginOptions } from './login.js';

const OPTIONS: Omit<LoginOptions, 'fetch'> = {
  gateway: 'https://gateway.example',
  how: 'browser',
  say: () => {},
  openBrowser: async () => {},
  readLine: async () => undefined,
};

it.each([
  ['at none of several issuers that nobody has chosen', ['https://a.example', 'https://b.example'], '--issuer: https'],
  ['at no issuer elsewhere without TLS', ['http://issuer.example'], 'only requests to HTTPS are allowed'],
])('a login signs in %s', async (_what, issuers, why) => {
  const asked: string[] = [];
  const fake: typeof fetch = async (url) => {
    asked.push(new URL(url instanceof Request ? url.url : url).hostname);
    return Response.json({ resource: 'https://gateway.example/', authorization_servers: issuers });
  };
  await expect(login({ ...OPTIONS, fetch: fake })).rejects.toThrow(why);
  expect(asked).toEqual(['gateway.example']);
});
