import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { exchange, rawConnection, statuses } from './support/raw.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const ALICE = 'X-Dev-UserId: alice';
const HOST = ['Host: 127.0.0.1', ALICE];
const CLOSE = 'Connection: close';

let upstream: Upstream;
let gateway: Gateway;
let answers: Map<string, Promise<void>>;
beforeEach(async () => {
  answers = new Map();
  upstream = await startUpstream(async (req, res) => {
    const body = await bodyOf(req);
    await answers.get(req.url ?? '');
    res.write(`got ${body.toString()} at `);
    res.end(req.url);
  });
  gateway = await startGateway({ routes: [routeTo(upstream.endpoint)] });
});
const send = (...lines: string[]) => exchange(gateway.url, ...lines);

describe('the Host header (RFC 9112 §3.2)', () => {
  it.each([
    ['twice', ['Host: 127.0.0.1', 'Host: 127.0.0.1']],
    ['not at all', []],
    ['no host', ['Host: a b']],
    ['a URL', ['Host: http://127.0.0.1/']],
  ])('is refused when it is given %s', async (_what, hosts) => {
    expect(statuses(await send(`GET ${PATH} HTTP/1.1`, ...hosts, ALICE, '', ''))).toEqual([400]);
    expect(statuses(await send('GET /livez HTTP/1.1', ...hosts, '', ''))).toEqual([400]);
    expect(upstream.seen).toEqual([]);
  });
});

describe('an absolute request target (RFC 9112 §3.2.2)', () => {
  it('means the same as a path, and its host counts', async () => {
    const target = `http://localhost:1${PATH}?a=http://b/`;
    const received = await send(
      `POST ${target} HTTP/1.1`,
      'Host: evil.example',
      ALICE,
      CLOSE,
      'Content-Length: 1',
      '',
      'a',
    );
    expect(received).toContain('got a at ');
    expect(upstream.seen[0]).toMatchObject({ url: '/mcp?a=http://b/' });
    expect(upstream.seen[0]?.header('x-forwarded-host')).toEqual(['localhost:1']);
  });

  it('is refused for its host, whatever the header says', async () => {
    const received = await send(
      `POST http://evil.example${PATH} HTTP/1.1`,
      ...HOST,
      CLOSE,
      'Content-Length: 1',
      '',
      'a',
    );
    expect(statuses(received)).toEqual([403]);
    expect(upstream.seen).toEqual([]);
  });

  it.each(['user:secret@127.0.0.1', '@127.0.0.1', '', ':80', 'a b'])(
    'is refused for an invalid host: "%s"',
    async (authority) => {
      const received = await send(`POST http://${authority}${PATH} HTTP/1.1`, ...HOST, 'Content-Length: 1', '', 'a');
      expect(statuses(received)).toEqual([400]);
      expect(upstream.seen).toEqual([]);
    },
  );

  it('reaches management as well', async () => {
    expect(await send('GET http://localhost/livez HTTP/1.1', ...HOST, CLOSE, '', '')).toMatch(/\r\n\r\nok$/);
  });
});

describe('a malformed head', () => {
  it.each([
    ['a folded line (§5.2)', [`POST ${PATH} HTTP/1.1`, ...HOST, 'X-A: b', ' c', CLOSE, '', '']],
    ['space before the first header (§2.2)', [`POST ${PATH} HTTP/1.1`, ' X-A: b', ...HOST, CLOSE, '', '']],
    ['lines without CR (§2.2)', [`POST ${PATH} HTTP/1.1\n${HOST.join('\n')}\n${CLOSE}\n\n`]],
    ['a method in lower case (§3.1)', [`post ${PATH} HTTP/1.1`, ...HOST, CLOSE, '', '']],
    ['a space in its target (§3)', [`POST ${PATH}? a HTTP/1.1`, ...HOST, CLOSE, '', '']],
    ['a name that is no token (§5.1)', [`POST ${PATH} HTTP/1.1`, ...HOST, 'X A: b', CLOSE, '', '']],
  ])('is refused: %s', async (_what, lines) => {
    expect(statuses(await send(...lines))).toEqual([400]);
    expect(upstream.seen).toEqual([]);
  });

  it('is refused with an unknown version', async () => {
    expect(statuses(await send(`POST ${PATH} HTTP/2.0`, ...HOST, '', ''))).toEqual([505]);
    expect(statuses(await send(`POST ${PATH} HTTP/1.2`, ...HOST, '', ''))).toEqual([400]);
  });

  it('may begin with an empty line (§2.2)', async () => {
    expect(statuses(await send('', `POST ${PATH} HTTP/1.1`, ...HOST, CLOSE, '', ''))).toEqual([200]);
  });
});

describe('HEAD and OPTIONS, which MCP does not use', () => {
  it('are answered 405 with the allowed methods, and HEAD without a body', async () => {
    const [head, options] = await Promise.all(
      ['HEAD', 'OPTIONS'].map((method) => send(`${method} ${PATH} HTTP/1.1`, ...HOST, CLOSE, '', '')),
    );
    expect([head, options].map((received) => statuses(received ?? ''))).toEqual([[405], [405]]);
    expect(head).toMatch(/^allow: POST, GET, DELETE\r$/im);
    expect(head).toMatch(/\r\n\r\n$/);
    expect(options).toContain('use one of POST, GET, DELETE');
    expect(upstream.seen).toEqual([]);
  });
});

describe('HTTP/1.0', () => {
  const request = (...headers: string[]) => [
    `POST ${PATH} HTTP/1.0`,
    ...HOST,
    ...headers,
    'Content-Length: 1',
    '',
    'a',
  ];

  it('gets a body without chunks, which ends with the connection', async () => {
    const received = await send(...request());
    expect(received).toMatch(/\r\n\r\ngot a at \/mcp$/);
    expect(received).not.toMatch(/^transfer-encoding/im);
    expect(received).toMatch(/^connection: close\r$/im);
  });

  it('is forwarded to the server as HTTP/1.1', async () => {
    await send(...request());
    expect(upstream.seen[0]?.header('connection')).toEqual(['keep-alive']);
  });
});

describe('Expect: 100-continue (RFC 9110 §10.1.1)', () => {
  const head = (path: string, length = 1) =>
    [`POST ${path} HTTP/1.1`, ...HOST, CLOSE, 'Expect: 100-continue', `Content-Length: ${length}`, '', ''].join('\r\n');

  it('is answered, and the client then sends its body', async () => {
    const connection = rawConnection(gateway.url);
    connection.write(head(PATH));
    expect(await connection.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    connection.write('a');
    expect(statuses(await connection.ended())).toEqual([100, 200]);
    expect(upstream.seen[0]?.header('expect')).toEqual([]);
  });

  it.each([
    [404, '/adapters/nobody/mcp', 1],
    [413, PATH, 1_000_000_000],
  ])('is answered %d at once when the gateway refuses the request', async (status, path, length) => {
    const connection = rawConnection(gateway.url);
    connection.write(head(path, length));
    expect(statuses(await connection.until('"code"'))).toEqual([status]);
  });

  it('is refused with another expectation', async () => {
    const received = await send(
      `POST ${PATH} HTTP/1.1`,
      ...HOST,
      CLOSE,
      'Expect: miracles',
      'Content-Length: 1',
      '',
      'a',
    );
    expect(statuses(received)).toEqual([417]);
    expect(upstream.seen).toEqual([]);
  });
});

describe('pipelined requests (RFC 9112 §9.3.2)', () => {
  const request = (query: string, ...headers: string[]) =>
    [`POST ${PATH}?${query} HTTP/1.1`, ...HOST, ...headers, 'Content-Length: 1', '', query].join('\r\n');

  it('are answered in order, also when the first takes longest', async () => {
    let release = () => {};
    answers.set('/mcp?1', new Promise((resolve) => (release = resolve)));
    const connection = rawConnection(gateway.url);
    connection.write(request('1') + request('2') + request('3', CLOSE));
    await Promise.all(['2', '3'].map((each) => seen(`/mcp?${each}`)));
    release();
    const received = await connection.ended();
    expect(statuses(received)).toEqual([200, 200, 200]);
    expect([...received.matchAll(/got (\d)/g)].map(([, which]) => which)).toEqual(['1', '2', '3']);
  });

  it('end with a malformed one', async () => {
    const received = await send(request('1') + request('2', 'Transfer-Encoding: chunked') + request('3'));
    expect(statuses(received).at(-1)).toBe(400);
    expect(upstream.seen.map(({ url }) => url)).not.toContain('/mcp?3');
  });

  it('continue after one that is refused for another reason', async () => {
    const missing = request('1').replace('echo', 'nobody');
    expect(statuses(await send(missing + request('2', CLOSE)))).toEqual([404, 200]);
  });
});

async function seen(url: string): Promise<void> {
  await waitFor(`${url} to arrive`, () => upstream.seen.some((each) => each.url === url));
}
