import { describe, expect, it } from '@jest/globals';
import { redact } from './redact.js';

const SECRET = 'hunter2';
const SECRET_NAMES = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'mcp-session-id',
  'x-gateway-secret',
  'password',
  'environment',
  'environmentVariables',
];

const spellings = SECRET_NAMES.flatMap((name) => [
  name,
  name.toUpperCase(),
  name.replace(/^\w/, (c) => c.toUpperCase()),
]);

describe('what goes to the log', () => {
  it.each(spellings)('has no value of %s, at any depth', (name) => {
    const secret = { [name]: SECRET };
    const error = Object.assign(new Error('refused', { cause: Object.assign(new Error('first'), secret) }), {
      request: { options: { headers: secret } },
    });
    const logged = redact({
      ...secret,
      req: { headers: secret },
      rows: [{ spec: { [name]: { KEY: SECRET } } }, [[secret]]],
      a: { b: { c: { d: { e: { f: secret } } } } },
      err: error,
      errors: [error],
      tried: new AggregateError([error], 'all'),
    });
    expect(JSON.stringify(logged)).not.toContain(SECRET);
    expect(logged).toMatchObject({ req: { headers: { [name]: '[Redacted]' } } });
  });

  it('keeps everything else as it is', () => {
    const fields = {
      name: 'echo',
      count: 3,
      none: null,
      big: 5n,
      list: [1, 'a', { b: true }],
      passwords: 2,
      nested: { authorizationUrl: 'https://login.example.com' },
    };
    expect(redact(fields)).toEqual(fields);
  });

  it('keeps what an error says, where it was and what caused it', () => {
    const error = new TypeError('outer', { cause: new Error('inner') });
    expect(redact({ err: Object.assign(error, { code: 'ECODE' }) })).toMatchObject({
      err: { type: 'TypeError', message: 'outer: inner', code: 'ECODE', stack: expect.stringContaining('redact.test') },
    });
  });

  it('leaves objects that know their own form to it', () => {
    const at = new Date(0);
    const url = new URL('https://a.example');
    expect(redact({ at, url })).toEqual({ at, url });
  });

  it('does not change what it is given', () => {
    const fields = { headers: { authorization: SECRET } };
    redact(fields);
    expect(fields.headers.authorization).toBe(SECRET);
  });

  it('ends with what refers to itself', () => {
    const loop: Record<string, unknown> = { cookie: SECRET };
    loop['self'] = [loop];
    const logged = JSON.stringify(redact({ loop }));
    expect(logged).toContain('[Too deep]');
    expect(logged).not.toContain(SECRET);
  });
});
