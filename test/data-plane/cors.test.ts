import { beforeEach, describe, expect, it } from '@jest/globals';
import { send, type Answer } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

const PORTAL = 'https://portal.example.com';
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type,mcp-session-id,authorization',
};
const EXPOSED =
  'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, ETag, Link, Location, Allow, X-Request-Id';

let url: string;
beforeEach(async () => {
  const { endpoint } = await startUpstream((_req, res) =>
    res
      .writeHead(200, {
        vary: 'Accept',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'x-of-the-server',
      })
      .end(),
  );
  ({ url } = await startGateway({ routes: [routeTo(endpoint, { name: 'echo' })] }));
});

const cors = ({ headers }: Answer) =>
  Object.fromEntries(
    headers.map(([name, value]) => [name.toLowerCase(), value]).filter(([name]) => name?.startsWith('access-control-')),
  );

describe.each(['/adapters/echo/mcp', '/adapters'])('a browser that calls %s', (path) => {
  it('gets the permission for pages of an allowed origin', async () => {
    const answer = await send(url + path, { method: 'OPTIONS', headers: { origin: PORTAL, ...PREFLIGHT } });
    expect(answer.status).toBe(204);
    expect(answer.header('vary')).toBe('Origin');
    expect(cors(answer)).toMatchObject({
      'access-control-allow-origin': PORTAL,
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-allow-headers': PREFLIGHT['access-control-request-headers'],
      'access-control-max-age': '600',
    });
  });

  it('gets no permission for an OPTIONS that is no preflight', async () => {
    const answer = await send(url + path, { method: 'OPTIONS', headers: { origin: PORTAL } });
    expect(answer.status).toBeGreaterThanOrEqual(400); // this gateway has no control plane
    expect(answer.header('access-control-allow-methods')).toBeUndefined();
  });

  it('gets readable answers for those pages, errors included', async () => {
    const answer = await send(url + path, { headers: { origin: PORTAL } });
    expect(answer.header('vary')).toMatch(/(^|, )Origin$/);
    expect(cors(answer)).toEqual({
      'access-control-allow-origin': PORTAL,
      'access-control-expose-headers': EXPOSED,
    });
  });

  it.each(['https://evil.example.com', 'http://localhost:3000', 'null'])(
    'gets no permission for pages of %s',
    async (origin) => {
      const preflight = await send(url + path, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } });
      expect(preflight.status).toBeGreaterThanOrEqual(400);
      expect(cors(preflight)).toEqual({});
      expect(cors(await send(url + path, { headers: { origin } }))).toEqual({});
    },
  );
});

it.each([
  [PORTAL, 'Accept, Origin'],
  [undefined, 'Accept'],
])('keeps the Vary header of the server (origin %s)', async (origin, vary) => {
  const answer = await send(`${url}/adapters/echo/mcp`, { headers: origin ? { origin } : {} });
  expect(answer.header('vary')).toBe(vary);
});

it('does not pass on the CORS headers of the server', async () => {
  const answer = await send(`${url}/adapters/echo/mcp`);
  expect([answer.status, cors(answer)]).toEqual([200, {}]);
});
