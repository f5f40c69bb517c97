import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';
import { callModern } from '../support/clients.js';
import { CLIENT_ID, TENANT } from '../support/entra.js';
import { refusedStart, startGateway, type Gateway, type Part } from '../support/gateway.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { collect, repository } from '../support/launch.js';
import { environmentOf } from '../support/processes.js';
import { waitFor } from '../support/wait.js';

const ISSUERS = JSON.stringify([{ issuer: 'https://login.example.com', audiences: ['gateway'] }]);
const DEV = { 'x-dev-userid': 'alice', 'x-dev-roles': 'mcp.admin' };

describe('npm start with access tokens', () => {
  let issuer: TestIssuer;
  let gateway: Gateway;
  beforeAll(async () => {
    issuer = await startIssuer();
    const issuers = [{ issuer: issuer.issuer, audiences: ['gateway'] }];
    // The issuer is on this machine, so a proxy would not find it.
    const proxies = { HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    gateway = await startGateway({ env: { AUTH_MODE: 'oidc', OIDC_ISSUERS: JSON.stringify(issuers), ...proxies } });
  }, 60_000);
  afterAll(() => issuer.stop());

  const signedIn = async (claims: Record<string, unknown> = {}) => ({
    authorization: `Bearer ${await issuer.token(claims)}`,
  });
  /** The command that the announcement shows, as a request. */
  function shownRequest() {
    const [, url = '', body = ''] =
      /curl -s (\S+) -H "Authorization: Bearer \$TOKEN" .* -d '(.*)'/.exec(gateway.output()) ?? [];
    return { url, body };
  }

  it('says whose tokens callers need, and how to register the example, which it does not register itself', async () => {
    expect(gateway.output()).toContain(`Callers need an access token of ${issuer.issuer}.`);
    expect(gateway.output()).toContain(`${gateway.url}/mcp `);
    expect(gateway.output()).not.toContain('Not running');
    const list = await fetch(`${gateway.url}/adapters`, { headers: await signedIn({ roles: ['mcp.admin'] }) });
    expect([list.status, await list.json()]).toEqual([200, []]);
  });

  it('hands proxies on to the services that ask an issuer or a remote server, and the settings of sign-in to no other part', () => {
    const handedOn = (part: Part) =>
      Object.keys(environmentOf(gateway.part(part))).filter((name) => /_PROXY$|^AUTH_MODE$|^OIDC_/.test(name));
    const all = ['AUTH_MODE', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'OIDC_ISSUERS'];
    expect(handedOn('data-plane').toSorted()).toEqual(all);
    expect(handedOn('control-plane').toSorted()).toEqual(all);
    // They reach remote servers.
    const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
    expect(handedOn('deployment-worker').toSorted()).toEqual(proxies);
    expect(handedOn('tool-router').toSorted()).toEqual(proxies);
  });

  it('lets callers with a token register a server and call it, and no one else', async () => {
    const { url, body } = shownRequest();
    const create = (headers: Record<string, string>) =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
    for (const headers of [{}, DEV]) {
      const refused = await create(headers);
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    const created = await create(await signedIn({ roles: ['team'] }));
    expect(created.status).toBe(201);
    expect(await created.json()).toMatchObject({ name: 'mcp-example', createdBy: 'alice' });

    const headers = await signedIn();
    await waitFor('the example to be ready', async () => {
      const status = await fetch(`${gateway.url}/adapters/mcp-example/status`, { headers });
      return ((await status.json()) as { phase: string }).phase === 'Ready';
    });
    const mcp = `${gateway.url}/adapters/mcp-example/mcp`;
    expect(await callModern(mcp, 'add', { a: 2, b: 3 }, headers)).toMatchObject({ text: '5' });
    expect(await callModern(mcp, 'add', { a: 2, b: 3 }, DEV)).toMatchObject({ status: 401 });
  });
});

const FAULTS = [
  {
    what: 'oidc without issuers',
    AUTH_MODE: 'oidc',
    why: /^AUTH_MODE=oidc needs OIDC_ISSUERS, such as \[\{"issuer": .*\}\]\.$/,
  },
  {
    what: 'issuers without oidc',
    OIDC_ISSUERS: ISSUERS,
    why: /^OIDC_ISSUERS is set, but AUTH_MODE is not oidc, .*\. Set AUTH_MODE=oidc, or remove .*\.$/,
  },
  {
    what: 'Entra ID without an app registration',
    AUTH_MODE: 'entra',
    ENTRA_TENANT_IDS: TENANT,
    why: /^AUTH_MODE=entra needs ENTRA_CLIENT_ID, the client id of .*\.$/,
  },
  {
    what: 'a tenant by name',
    AUTH_MODE: 'entra',
    ENTRA_TENANT_IDS: 'common',
    ENTRA_CLIENT_ID: CLIENT_ID,
    why: /^ENTRA_TENANT_IDS must be ids of tenants, separated by commas: GUIDs, .*$/,
  },
  {
    what: 'a tenant without Entra ID',
    ENTRA_TENANT_IDS: TENANT,
    why: /^ENTRA_TENANT_IDS is set, but AUTH_MODE is not entra, .*\. Set AUTH_MODE=entra, or remove .*\.$/,
  },
  {
    what: 'an issuer without audiences',
    AUTH_MODE: 'oidc',
    OIDC_ISSUERS: '[{"issuer": "https://a.example"}]',
    why: /^OIDC_ISSUERS 0\.audiences: must be a list of audiences$/,
  },
  {
    what: 'a mode that does not exist',
    AUTH_MODE: 'none',
    why: /^AUTH_MODE must be "development", "oidc" or "entra"$/,
  },
];

describe('settings of sign-in that contradict each other stop the start with one sentence:', () => {
  it.each(FAULTS)('$what, in npm start', async ({ what: _, why, ...env }) => {
    const { code, left, output } = await refusedStart(env);
    expect({ code, left }).toEqual({ code: 1, left: [] });
    expect(output.trim()).toMatch(why);
  });

  const services = ['control-plane', 'data-plane'].flatMap((service) => FAULTS.map((fault) => ({ service, ...fault })));
  it.each(services)('$what, in the $service', async ({ service, what: _, why, ...settings }) => {
    const env = {
      PATH: process.env['PATH'],
      PORT: '0',
      MCP_GATEWAY_SESSION_KEYS: Buffer.alloc(32).toString('base64'),
      PROCESS_LOGS: await folder(),
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      CONTROL_PLANE_URL: 'http://127.0.0.1:1',
      ...settings,
    };
    const child = spawn(process.execPath, [repository(`services/${service}/dist/main.js`)], { env });
    const output = collect(child);
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(output().trim()).toMatch(why);
  });
});
