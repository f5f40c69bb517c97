import { describe, expect, it } from '@jest/globals';
import { escapeControls, escapedControls, redact } from './logging.js';

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

  it('leaves out what libraries put into errors: claims, bytes of a server, values of a statement', () => {
    const given = { payload: { name: 's3cret' }, data: 's3cret', detail: 's3cret', code: 'ECODE' };
    const error = Object.assign(new Error('refused'), given);
    const outer = Object.assign(new AggregateError([error], 'all'), { cause: error });
    const line = JSON.stringify(redact({ err: error, outer }));
    expect(line).not.toContain('s3cret');
    expect(line.match(/ECODE/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('keeps what an error says, where it was and what caused it', () => {
    const error = new TypeError('outer', { cause: new Error('inner') });
    expect(redact({ err: Object.assign(error, { code: 'ECODE' }) })).toMatchObject({
      err: {
        type: 'TypeError',
        message: 'outer: inner',
        code: 'ECODE',
        stack: expect.stringContaining('logging.test'),
      },
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

const RLO = '\u202e';

describe('escaping what a terminal acts on', () => {
  it.each([
    ['\x1b[31mred\x1b[0m', '\\u001b[31mred\\u001b[0m'],
    ['\x1b]0;title\x07', '\\u001b]0;title\\u0007'],
    ['\x9b2J', '\\u009b2J'],
    ['a\0b\x08c\x7fd\x0be\x0cf', 'a\\u0000b\\u0008c\\u007fd\\u000be\\u000cf'],
    ['over\rwritten', 'over\\u000dwritten'],
    [`${RLO}txt.exe`, '\\u202etxt.exe'],
    ['\u061c\u200e\u200f\u202a\u2066\u2069', '\\u061c\\u200e\\u200f\\u202a\\u2066\\u2069'],
  ])('escapes %j', (text, expected) => {
    expect(escapeControls(text)).toBe(expected);
  });

  it.each(['a\tb\nc\r\n', 'ä 🦙 \\u001b', 'שלום', '\u00a0\u00ad'])('leaves all other text as it is: %j', (text) => {
    expect(escapeControls(text)).toBe(text);
  });

  it('keeps the meaning of JSON', () => {
    const text = `\x9b${RLO}\x7f`;
    expect(JSON.parse(escapeControls(JSON.stringify(text)))).toBe(text);
  });

  it('escapes a stream wherever its chunks break', async () => {
    const written = Buffer.from(`\x1b[1mä\r\n\u009b🦙${RLO}a\rb\r`);
    const expected = escapeControls(written.toString());
    for (let size = 1; size <= written.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(written.length / size) }, (_, i) =>
        written.subarray(i * size, (i + 1) * size),
      );
      expect(await escaped(chunks)).toBe(expected);
    }
  });

  it('writes U+FFFD for each byte that is not UTF-8', async () => {
    const bytes = Buffer.from([0x61, 0x9b, 0x62, 0xc2]);
    expect(await escaped([bytes])).toBe('a\ufffdb\ufffd');
  });

  it('takes reasonable time', () => {
    const began = performance.now();
    expect(escapeControls('\r'.repeat(1_000_000))).toHaveLength(6_000_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

async function escaped(chunks: readonly Buffer[]): Promise<string> {
  let text = '';
  for await (const chunk of escapedControls(inOrder(chunks))) text += chunk;
  return text;
}

async function* inOrder(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
