import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { oauthClient } from '../support/browser.js';
import { callModern } from '../support/clients.js';
import { afterTests, folder } from '../support/after-tests.js';
import { refusedStart, startGateway, type Gateway } from '../support/gateway.js';
import { collect, repository } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

const run = promisify(execFile);
const OPTIONS = ['--auth', 'oidc'];
const START = { options: OPTIONS, env: { HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' } };

let gateway: Gateway;
let mcp: string;
let issuer: string;
beforeAll(async () => {
  gateway = await startGateway(START);
  mcp = `${gateway.url}/adapters/mcp-example/mcp`;
  issuer = issuerOf(gateway);
}, 60_000);

const issuerOf = (of: Gateway) => /Callers sign in at (http:\/\/127\.0\.0\.1:\d+)\./.exec(of.output())?.[1] ?? 'none';
const secretOf = (of: Gateway) => /-u alice:(\S+)/.exec(of.output())?.[1] ?? 'none';

async function tokenOf(user: string, params: Record<string, string> = {}) {
  const authorization = `Basic ${Buffer.from(`${user}:${secretOf(gateway)}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...params });
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization }, body });
  return (await response.json()) as { access_token: string; error?: string; error_description?: string };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('npm start -- --auth oidc', () => {
  it('says loudly that it is for development, and who may sign in', () => {
    expect(gateway.output()).toContain('THIS SIGN-IN IS FOR DEVELOPMENT ONLY: anyone on this machine');
    expect(gateway.output()).toMatch(/alice +mcp\.admin\n +bob +developer\n +carol +no roles/);
    expect(gateway.output()).not.toMatch(/WARNING|Not running/);
  });

  it('prints shell commands that get a token and call a tool', async () => {
    const lines = gateway.output().split('\n');
    const from = lines.findIndex((line) => line.includes('TOKEN=$(curl'));
    const { stdout } = await run('/bin/sh', ['-c', lines.slice(from, from + 2).join('\n')]);
    expect(stdout).toContain('"text":"5"');
  });

  it('refuses callers without a token, and callers whose roles do not allow the example', async () => {
    expect(await callModern(mcp, 'add', { a: 2, b: 3 }, {})).toMatchObject({ status: 401 });
    for (const [user, answer] of [
      ['bob', { text: '5' }],
      ['carol', { status: 404 }],
    ] as const) {
      const { access_token: token } = await tokenOf(user);
      expect(await callModern(mcp, 'add', { a: 2, b: 3 }, bearer(token))).toMatchObject(answer);
    }
  });

  it('issues tokens for URLs of the gateway only', async () => {
    expect(await tokenOf('alice', { resource: 'https://elsewhere.example/mcp' })).toMatchObject({
      error: 'invalid_target',
    });
    const { access_token: token } = await tokenOf('alice', { resource: mcp });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ iss: issuer, aud: mcp, sub: 'alice', roles: ['mcp.admin'] });
  });

  it('answers to its own name on loopback only', async () => {
    const asked = await fetch(`${issuer.replace('127.0.0.1', 'localhost')}/.well-known/openid-configuration`);
    expect(asked.status).toBe(421);
  });

  it('lets clients in browsers register and read everything', async () => {
    const { pathname } = new URL(`${issuer}/reg`);
    for (const path of [pathname, '/token', '/.well-known/oauth-authorization-server']) {
      const headers = { origin: 'http://localhost:6274', 'access-control-request-method': 'POST' };
      const allowed = await fetch(issuer + path, { method: 'OPTIONS', headers });
      expect([path, allowed.ok, allowed.headers.get('access-control-allow-origin')]).toEqual([
        path,
        true,
        expect.stringMatching(/^(\*|http:\/\/localhost:6274)$/),
      ]);
    }
  });

  it.each([
    ['a scheme of its own', { redirect_uris: ['cursor://anysphere.cursor-retrieval/oauth/callback'] }],
    ['device codes', { grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'] }],
    ['a web page of its own', { redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1:33418/'] }],
  ])('registers clients with %s', async (_what, metadata) => {
    const client = { redirect_uris: ['http://localhost/callback'], token_endpoint_auth_method: 'none', ...metadata };
    const headers = { 'content-type': 'application/json' };
    const registered = await fetch(`${issuer}/reg`, { method: 'POST', headers, body: JSON.stringify(client) });
    expect([registered.status, await registered.json()]).toEqual([201, expect.objectContaining(client)]);
  });

  it('leaves the place of an issuer at the gateway empty, where clients of old versions look first', async () => {
    for (const [method, path] of [
      ['GET', '/.well-known/oauth-authorization-server'],
      ['GET', '/.well-known/openid-configuration'],
      ['POST', '/register'],
    ] as const) {
      const answer = await fetch(gateway.url + path, { method });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        expect.stringContaining('json'),
      ]);
    }
  });

  it('keeps its keys from other users of the machine', async () => {
    const file = join(gateway.home, 'data/issuer/issuer.json');
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ port: Number(new URL(issuer).port) });
  });
});

describe('a client that finds the issuer from the challenge', () => {
  const signedIn: { provider: never; kept: Record<string, unknown> }[] = [];

  it('of the SDK registers, signs in with a browser and calls a tool', async () => {
    const { provider, answered, kept } = oauthClient('bob');
    const first = new StreamableHTTPClientTransport(new URL(mcp), { authProvider: provider });
    await expect(new Client({ name: 'test', version: '1' }).connect(first)).rejects.toThrow('Unauthorized');
    await first.finishAuth((await answered).searchParams.get('code') ?? '');
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { authProvider: provider }));
    const { content } = await client.callTool({ name: 'whoami', arguments: {} });
    expect(JSON.stringify(content)).toContain('bob');
    await client.close();
    signedIn.push({ provider, kept });
  });

  it('of the line of 2026 too', async () => {
    const { provider, answered } = oauthClient('bob');
    const first = new ModernTransport(new URL(mcp), { authProvider: provider });
    await expect(new ModernClient({ name: 'test', version: '1' }).connect(first)).rejects.toThrow('Unauthorized');
    await first.finishAuth((await answered).searchParams);
    const client = new ModernClient({ name: 'test', version: '1' });
    await client.connect(new ModernTransport(new URL(mcp), { authProvider: provider }));
    expect(JSON.stringify(await client.callTool({ name: 'whoami', arguments: {} }))).toContain('bob');
    await client.close();
  });

  it('goes on after a restart: with its token, and with its refresh token and registration', async () => {
    const [{ provider, kept } = { provider: undefined as never, kept: {} }] = signedIn;
    const { access_token: token } = await tokenOf('bob');
    await gateway.end();
    gateway = await startGateway({
      ...START,
      home: gateway.home,
      env: { ...START.env, PORT: new URL(gateway.url).port },
    });
    expect(issuerOf(gateway)).toBe(issuer);
    expect(await callModern(mcp, 'add', { a: 2, b: 3 }, bearer(token))).toMatchObject({ text: '5' });

    const before = kept['tokens'] as { access_token: string; refresh_token: string };
    expect(before.refresh_token).toEqual(expect.any(String));
    kept['tokens'] = { ...before, access_token: 'of-no-use' };
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { authProvider: provider }));
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect((kept['tokens'] as typeof before).access_token).toMatch(/^ey/);
    await client.close();
  }, 60_000);
});

describe('a start with another sign-in', () => {
  it('replaces the examples, whose creator cannot sign in any more', async () => {
    const env = { ...START.env, PORT: new URL(gateway.url).port };
    const again = async (options: string[]) => {
      await gateway.end();
      gateway = await startGateway({ options, home: gateway.home, env });
    };
    const creators = async (headers: Record<string, string>) =>
      Promise.all(
        ['adapters/mcp-example', 'tools/weather'].map(async (path) => {
          const { createdBy } = (await (await fetch(`${gateway.url}/${path}`, { headers })).json()) as {
            createdBy?: string;
          };
          return createdBy;
        }),
      );
    await again([]);
    expect(await callModern(mcp, 'add', { a: 2, b: 3 }, {})).toMatchObject({ text: '5' });
    expect(await creators({})).toEqual(['dev', 'dev']);
    await again(OPTIONS);
    const bob = bearer((await tokenOf('bob')).access_token);
    expect(await callModern(mcp, 'add', { a: 2, b: 3 }, bob)).toMatchObject({ text: '5' });
    expect(await creators(bob)).toEqual(['alice', 'alice']);
  }, 60_000);
});

describe('when another program has taken its port', () => {
  const other = createServer();
  afterAll(() => void other.close());

  it('the issuer takes another one', async () => {
    await gateway.end();
    await new Promise<void>((resolve) => other.listen(Number(new URL(issuer).port), '127.0.0.1', resolve));
    gateway = await startGateway({ ...START, home: gateway.home });
    expect(issuerOf(gateway)).toMatch(/^http:/);
    expect(issuerOf(gateway)).not.toBe(issuer);
  }, 60_000);
});

describe('the issuer as a program of its own, for containers', () => {
  async function start(settings: Record<string, string>) {
    const child = spawn(process.execPath, [repository('packages/development-issuer/dist/main.js')], {
      env: { PATH: process.env['PATH'], ISSUER_GATEWAY_URLS: 'http://127.0.0.1:8000', ...settings },
    });
    afterTests(() => child.kill('SIGKILL'));
    const output = collect(child);
    await waitFor('it to start or end', () => /FOR DEVELOPMENT ONLY/.test(output()) || child.exitCode !== null);
    return { child, output };
  }

  it('has the keys of another one on the same folder', async () => {
    const ISSUER_FOLDER = join(await folder(), 'issuer');
    const keys = [];
    for (let copy = 0; copy < 2; copy += 1) {
      const { output } = await start({ ISSUER_FOLDER, PORT: '0', MCP_GATEWAY_LOG_LEVEL: 'warn' });
      const [, url = 'none'] =
        /curl -s (\S+)\/token -u alice:\S+ -d grant_type=client_credentials/.exec(output()) ?? [];
      keys.push(await (await fetch(`${url}/jwks`)).json());
    }
    expect(keys[1]).toEqual(keys[0]);
  });

  it('listens on the network only where that is allowed', async () => {
    const { child, output } = await start({ ISSUER_FOLDER: await folder(), PORT: '0', MCP_GATEWAY_HOST: '0.0.0.0' });
    expect(child.exitCode).toBe(1);
    expect(output()).toMatch(/^MCP_GATEWAY_HOST=0\.0\.0\.0 can be reached from the network, .* Use 127\.0\.0\.1\.$/m);
  });
});

describe('npm start refuses, and says what is possible:', () => {
  const issuers = JSON.stringify([{ issuer: 'https://login.example.com', audiences: ['gateway'] }]);
  it.each([
    ['an unknown mode', ['--auth', 'saml'], {}, /--auth must be one of development, oidc\.\n\nUse: npm start/],
    ['an unknown option', ['--port', '1'], {}, /'--port'.*\n\nUse: npm start/s],
    ['an option that npm took', ['oidc'], {}, /^Write two dashes first: npm start -- --auth oidc\n\nUse: npm start/],
    [
      'an option that npm took with its value',
      [],
      { npm_config_auth_type: 'oidc' },
      /^Write two dashes first: npm start -- --auth/,
    ],
    ['two issuers', OPTIONS, { OIDC_ISSUERS: issuers }, /^--auth oidc .* but OIDC_ISSUERS names yours\. Remove/],
    ['the network', OPTIONS, { MCP_GATEWAY_HOST: '0.0.0.0' }, /for this machine only, and MCP_GATEWAY_HOST names 0\.0/],
    [
      'the internet',
      OPTIONS,
      { MCP_GATEWAY_PUBLIC_URL: 'https://a.example' },
      /_PUBLIC_URL names a\.example\. Use 127/,
    ],
  ])('%s', async (_what, options, env, why) => {
    const { code, left, output } = await refusedStart(env, undefined, options);
    expect({ code, left }).toEqual({ code: 1, left: [] });
    expect(output).toMatch(why);
  });

  it('and --help says it too', async () => {
    const { code, output } = await refusedStart({}, undefined, ['--help']);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^Use: npm start.*--auth oidc +starts an OpenID issuer/s),
    ]);
  });
});
