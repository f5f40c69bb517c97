import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { cluster } from '../cluster/support/cluster.js';
import { AUDIENCE, type ClusterIssuer, startClusterIssuer } from '../cluster/support/issuer.js';
import { kubeconfig, kubectl, kubectlIn } from '../cluster/support/kubectl.js';
import { afterTests, folder } from '../support/after-tests.js';
import { type Api, managementApi } from '../support/api.js';
import { callModern, connect, count } from '../support/clients.js';
import { collect } from '../support/launch.js';
import { waitFor } from '../support/wait.js';
import { runDocumented, type Shell, shellBlocks } from './support/documented.js';
import { helm } from './support/helm.js';
import { LOAD_MS, loadImages, SMALL_CLUSTER, TRIAL } from './support/release.js';
import { createApiKey } from './support/sign-in.js';
import { openStream } from './support/streams.js';

const READY_MS = 90_000;
/** A token that has ended counts for the tolerance of clocks, and streams end within ten seconds after that. */
const TOKEN_END_MS = 45_000;
const NAME = `test-${randomBytes(4).toString('hex')}`;
const namespace = kubectlIn(NAME);

let issuer: ClusterIssuer;
let api: Api;
let url: string;
let mcp: string;
/** What the commands of the documentation printed, before and after they had a token. */
let printed: { install: string; signIn: string; key: string };
let rotate: () => Promise<string>;

/** The documented commands with what is not of this test's issuer, images and namespace replaced. */
const adapted = (block: string, port: number) =>
  block
    .replaceAll('namespace mcp-gateway', `namespace ${NAME}`)
    .replace('NAMESPACE=mcp-gateway', `NAMESPACE=${NAME}`)
    .replace(/ISSUER=\S+/, `ISSUER=${issuer.issuer}`)
    .replace(/AUDIENCE=\S+/, `AUDIENCE=${AUDIENCE}`)
    .replace(/SECRET=…/, `SECRET=${issuer.secret}`)
    .replaceAll('8000:8000', `${port}:8000`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`)
    .replaceAll('"imageVersion": "0.1.0"', '"imageVersion": "test"');

async function followDocumentation(): Promise<void> {
  const port = await freePort();
  const blocks = (await shellBlocks('With sign-in')).map((block) => adapted(block, port));
  expect(blocks).toHaveLength(9);
  const [settings, prepare, values, trust, install, forward, signIn, key, rotation] = blocks;
  const shell: Shell = {
    folder: await folder(),
    install: [...SMALL_CLUSTER, ...TRIAL, '--set=image.tag=test,trial.postgresql.persistence.enabled=false'].concat(
      `--set=adapters.namespace=${NAME}-adapters`,
    ),
  };
  await writeFile(join(shell.folder, 'ca.crt'), issuer.ca);
  rotate = () => runDocumented(String(rotation), shell);
  const before = [settings, prepare, values, trust, install].join('\n');
  const installed = await runDocumented(before, shell);
  await forwardPort(String(forward), shell.folder);
  const [signedIn = '', ...rest] = (
    await runDocumented(`${settings}\n${signIn}\n echo '<end>'\n${untilReady}\n${key}`, shell)
  ).split('<end>');
  printed = { install: installed, signIn: signedIn, key: rest.join('') };
}

const untilReady =
  'for i in $(seq 60); do curl -s $GATEWAY/adapters/mcp-example/status -H "Authorization: Bearer $TOKEN" | grep -q \'"phase":"Ready"\' && break; sleep 1; done; sleep 3';

/** In a terminal of its own. */
async function forwardPort(command: string, home: string): Promise<void> {
  const child = spawn('sh', ['-c', `exec ${command.replace(/^kubectl/, String(cluster.programs['kubectl']))}`], {
    env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterTests(() => child.kill());
  const output = collect(child);
  await waitFor('the port', () => output().includes('Forwarding from'), 20_000);
}

beforeAll(async () => {
  await loadImages();
  issuer = await startClusterIssuer();
  afterTests(async () => {
    await helm('uninstall', 'mcp-gateway', `--namespace=${NAME}`, '--ignore-not-found');
    await kubectl('delete', 'namespace', NAME, `${NAME}-adapters`, '--ignore-not-found', '--wait=false');
  });
  await followDocumentation();
  const address = '--output=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}';
  url = `http://${await namespace.kubectl('get', 'service', 'mcp-gateway', address)}`;
  api = managementApi(url, await issuer.headers('admin'));
  mcp = api.mcp('mcp-example');
}, LOAD_MS);

const add = async (headers: Record<string, string>) => {
  const { status, text } = await callModern(mcp, 'add', { a: 2, b: 3 }, headers);
  return text || status;
};

describe('the commands of docs/helm.md', () => {
  it('install a gateway with access tokens and API keys, which passes its own test', () => {
    expect(printed.install).toMatch(/^Phase: +Succeeded$/m);
    expect(printed.install).toContain(`an access token of ${issuer.issuer}`);
  });

  it('show the challenge, where the issuer is, and the adapter that a token creates', () => {
    expect(printed.signIn).toMatch(/^HTTP\/1\.1 401 /);
    expect(printed.signIn).toMatch(/^www-authenticate: Bearer resource_metadata="http:\/\/127\.0\.0\.1:\d+\/\.well-/im);
    expect(printed.signIn).toContain(`"authorization_servers":["${issuer.issuer}"]`);
    expect(printed.signIn).toContain('"createdBy":"admin"');
  });

  it('call the server with an API key', () => {
    expect(printed.key).toContain('"serverInfo":{"name":"mcp-example"');
  });
});

describe('a caller of the Service', () => {
  it('needs a token or a key, with a role that the adapter requires', async () => {
    expect(await add({})).toBe(401);
    expect(await add({ 'x-dev-userid': 'dev', 'x-dev-roles': 'mcp.admin' })).toBe(401);
    expect(await add(await issuer.headers('stranger'))).toBe(404);
    expect(await add(await issuer.headers('reader'))).toBe('5');
    const key = await createApiKey(url, await issuer.headers('reader'), ['reader']);
    expect(await add(key.headers)).toBe('5');
    expect(await add((await createApiKey(url, await issuer.headers('reader'), [])).headers)).toBe(404);
  });

  it('administers what it has created, as others do not', async () => {
    const creator = managementApi(url, await issuer.headers('creator'));
    await creator.create({ name: 'own', imageName: 'mcp-example', imageVersion: 'test', requiredRoles: ['team'] });
    const asStranger = await creator.request('DELETE', '/own', undefined, await issuer.headers('stranger'));
    expect(asStranger.status).toBe(404);
    await creator.remove('own');
  });

  it('loses its streams and its session with its API key', async () => {
    const key = await createApiKey(url, await issuer.headers('admin'), ['reader']);
    const stream = await openStream(mcp, key.headers);
    const answer = await fetch(`${url}/api-keys/${key.id}`, {
      method: 'DELETE',
      headers: await issuer.headers('admin'),
      signal: AbortSignal.timeout(10_000),
    });
    expect(answer.status).toBe(204);
    await stream.ended(5_000);
    expect(await stream.use()).toBe(401);
    expect(await add(key.headers)).toBe(401);
  });

  it('loses them when the adapter requires another role, and has its session again with the former role', async () => {
    const headers = await issuer.headers('reader');
    const session = await connect(mcp, { headers });
    expect(await count(session)).toBe(1);
    const stream = await openStream(mcp, headers);
    const spec = { ...(await api.get('mcp-example')), requiredRoles: ['others'] };
    await api.update(spec);
    await stream.ended(5_000);
    expect(await stream.use()).toBe(404);
    expect(await add(headers)).toBe(404);
    await api.update({ ...(await api.get('mcp-example')), requiredRoles: ['reader'] });
    await waitFor('the role to count again', async () => (await add(headers)) === '5');
    expect(await count(session)).toBe(2);
  });

  it('loses them with the last token that has the role', async () => {
    const last = { authorization: `Bearer ${await issuer.token('reader', 5)}` };
    const stream = await openStream(mcp, last);
    issuer.giveRoles('reader');
    try {
      expect(await add(await issuer.headers('reader'))).toBe(404);
      expect(await add(last)).toBe('5');
      await stream.ended(TOKEN_END_MS);
      expect(await add(last)).toBe(401);
      expect(await stream.use(await issuer.headers('reader'))).toBe(404);
    } finally {
      issuer.giveRoles('reader', 'reader');
    }
    expect(await stream.use(await issuer.headers('reader'))).toBe(200);
  });
});

describe('the pepper of API keys', () => {
  it('is rotated by the documented commands, and keys go on', async () => {
    const key = await createApiKey(url, await issuer.headers('reader'), ['reader']);
    expect(await rotate()).toContain('secret/mcp-gateway-api-keys patched');
    const field = '--output=jsonpath={.data.MCP_GATEWAY_API_KEY_PEPPERS}';
    expect(atob(await namespace.kubectl('get', 'secret', 'mcp-gateway-api-keys', field)).split(',')).toHaveLength(2);
    await namespace.kubectl('rollout', 'restart', 'deployment/mcp-gateway-data-plane');
    await namespace.rolledOut('deployment/mcp-gateway-data-plane');
    expect(await add(key.headers)).toBe('5');
  });
});

describe('while the issuer is away', () => {
  it('tokens of known keys count; a data plane that starts has no keys, says so, and recovers', async () => {
    const headers = await issuer.headers('reader');
    const key = await createApiKey(url, headers, ['reader']);
    const another = await issuer.headers('reader');
    expect(await add(headers)).toBe('5');
    await issuer.stop();
    try {
      expect(await add(another)).toBe('5');
      await namespace.kubectl('rollout', 'restart', 'deployment/mcp-gateway-data-plane');
      await namespace.rolledOut('deployment/mcp-gateway-data-plane');
      const refused = await waitFor('only new data planes', async () => {
        const answer = await callModern(mcp, 'add', { a: 2, b: 3 }, headers);
        return answer.status === 503 && answer;
      });
      expect(refused.retryAfter).toMatch(/^\d+$/);
      expect(await add(key.headers)).toBe('5');
    } finally {
      await issuer.start();
    }
    await waitFor('tokens to count again', async () => (await add(headers)) === '5', READY_MS);
  });
});
