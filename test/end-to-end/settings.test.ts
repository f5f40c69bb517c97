import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, writeFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { signInFields } from '@mcp-gateway/identity';
import { callerFields, trafficFields } from '@mcp-gateway/platform/config';
import { selfSigned } from '../data-plane/support/certificate.js';
import { afterTests, folder } from '../support/after-tests.js';
import { example } from '../support/api.js';
import { callModern, initialize } from '../support/clients.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { send } from '../support/http.js';
import { collect, launch, repository, type Launched } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

const DEV = { 'x-dev-userid': 'dev' };
const NOBODY = 65_534;

let gateway: Gateway;
let encrypted: Launched & { url: string; cert: Buffer };
beforeAll(async () => {
  [gateway, encrypted] = await Promise.all([startInNetwork(), startEncrypted()]);
}, 60_000);

/** Settings for an ordinary user, on all network interfaces, with limits. */
async function startInNetwork(): Promise<Gateway> {
  const root = process.getuid?.() === 0;
  const home = await folder();
  if (root) await chown(home, NOBODY, NOBODY);
  return startGateway({
    home,
    env: {
      MCP_GATEWAY_HOST: '0.0.0.0',
      MCP_GATEWAY_DEVELOPMENT_SIGN_IN: 'allow-from-network',
      MCP_GATEWAY_ALLOWED_ORIGINS: 'https://portal.example',
      MCP_GATEWAY_ALLOWED_HOSTS: 'gateway.example',
      MCP_GATEWAY_PUBLIC_URL: 'https://tools.example/gw',
      MCP_GATEWAY_HTTP2_CLEARTEXT: 'on',
      MCP_GATEWAY_MAX_BODY_BYTES: '2048',
      MCP_GATEWAY_SESSIONS_PER_CALLER: '1',
      MCP_GATEWAY_LOGLEVEL: 'debug',
    },
    as: root ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [],
  });
}

async function startEncrypted() {
  const home = await folder();
  const files = { MCP_GATEWAY_TLS_CERT_FILE: join(home, 'cert.pem'), MCP_GATEWAY_TLS_KEY_FILE: join(home, 'key.pem') };
  const { cert, key } = selfSigned();
  await writeFile(files.MCP_GATEWAY_TLS_CERT_FILE, cert);
  await writeFile(files.MCP_GATEWAY_TLS_KEY_FILE, key);
  const launched = launch(home, files);
  const publicUrl = () => /Manage servers at (https:\S+)\/adapters/.exec(launched.output())?.[1];
  return { ...launched, cert, url: await waitFor('its URL', publicUrl, 60_000) };
}

async function getOverHttp2(url: string, ca?: Buffer) {
  const client = connect(new URL(url).origin, { ...(ca && { ca }) });
  const stream = client.request({ ':path': new URL(url).pathname, ...DEV });
  const [head] = (await once(stream, 'response')) as [{ ':status': number }];
  const body = await text(stream);
  client.destroy();
  return { status: head[':status'], body };
}

describe('a gateway beside another one', () => {
  it('runs as an ordinary user, and shares nothing with the other one', async () => {
    expect(gateway.processes().map(({ pid }) => userOf(pid))).not.toContain(0);
    await gateway.api.create(example('only-here'));
    await gateway.api.ready('only-here');
    const { body } = await getOverHttp2(`${encrypted.url}/adapters`, encrypted.cert);
    expect((JSON.parse(body) as { name: string }[]).map(({ name }) => name)).toEqual(['mcp-example']);
    expect(await callModern(gateway.api.mcp('only-here'), 'add', { a: 2, b: 3 })).toMatchObject({ text: '5' });
  });

  it('accepts its host names in the network, and the web origins that may call it', async () => {
    const statusFor = async (headers: Record<string, string>) =>
      (await send(`${gateway.url}/adapters`, { method: 'GET', headers: { host: 'gateway.example', ...headers } }))
        .status;

    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ host: 'rebound.example' })).toBe(403);
    expect(await statusFor({ origin: 'https://portal.example' })).toBe(200);
    expect(await statusFor({ origin: 'https://elsewhere.example' })).toBe(403);
  });
});

describe('npm start applies the settings of the data plane', () => {
  it('limits, timeouts and HTTP/2', async () => {
    const mcp = gateway.api.mcp('mcp-example');
    expect((await send(mcp, { headers: DEV, body: 'x'.repeat(2_049) })).status).toBe(413);
    const statuses = [];
    for (let i = 0; i < 2; i++) statuses.push((await initialize(mcp)).status);
    expect(statuses).toEqual([200, 429]);
    expect(await getOverHttp2(`${gateway.url}/livez`)).toMatchObject({ status: 200 });
  });

  it('the public URL, also in problem documents of the control plane', async () => {
    const problem = await send(`${gateway.url}/gw/adapters/absent`, { method: 'GET', headers: DEV });
    expect(problem.status).toBe(404);
    expect(JSON.parse(problem.text)).toMatchObject({ type: 'https://tools.example/gw/errors#ADAPTER_NOT_FOUND' });
  });

  it('TLS, with an https URL in its output', async () => {
    expect(await getOverHttp2(`${encrypted.url}/livez`, encrypted.cert)).toMatchObject({ status: 200 });
  });

  it('all settings that docs/configuration.md lists', () => {
    const [first = ''] = readFileSync(repository('docs/configuration.md'), 'utf8').split('## Each service');
    const names = Object.keys({ ...trafficFields, ...callerFields, ...signInFields });
    const notTaken = ['MCP_GATEWAY_ALLOWED_CALLERS']; // replicas on this machine have its address
    const isListed = (name: string) =>
      first.includes(name) || (name.startsWith('ENTRA_') && first.includes('`ENTRA_…`'));
    expect(names.filter((name) => !isListed(name))).toEqual(notTaken);
  });
});

describe('a misspelt setting', () => {
  const WARNING =
    'MCP_GATEWAY_LOGLEVEL is not a setting of the gateway and has no effect; did you mean MCP_GATEWAY_LOG_LEVEL?';

  it('is reported by `npm start`, once', () => {
    expect(gateway.output().split(WARNING)).toHaveLength(2);
  });

  it.each([
    'services/control-plane/dist/main.js',
    'services/data-plane/dist/main.js',
    'services/deployment-worker/dist/main.js',
    'packages/runtime/dist/process/supervisor/main.js',
  ])('is reported by %s', async (program) => {
    const home = await folder();
    await writeFile(join(home, 'catalogue.json'), '{}');
    const env = {
      PATH: process.env['PATH'],
      PORT: '0',
      MCP_GATEWAY_LOGLEVEL: 'debug',
      MCP_GATEWAY_CATALOGUE: join(home, 'catalogue.json'),
      MCP_GATEWAY_SESSION_KEYS: Buffer.alloc(32).toString('base64'),
      PROCESS_SUPERVISOR: join(home, 'supervisor.sock'),
      PROCESS_LOGS: join(home, 'logs'),
      RUNTIME: 'process',
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      CONTROL_PLANE_URL: 'http://127.0.0.1:1',
    };
    const child = spawn(process.execPath, [repository(program)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    afterTests(() => child.kill('SIGKILL'));
    const output = collect(child);
    await waitFor('the warning', () => output().includes(WARNING));
  });
});

describe('the end of the gateway', () => {
  it.each([
    { signal: 'SIGTERM', which: () => gateway },
    { signal: 'SIGHUP', which: () => encrypted },
  ] as const)('by $signal leaves no process behind', async ({ signal, which }) => {
    expect(await which().end(signal)).toEqual({ code: 0, left: [] });
  });
});

const userOf = (pid: number) => Number(execFileSync('ps', ['-o', 'uid=', '-p', String(pid)], { encoding: 'utf8' }));
