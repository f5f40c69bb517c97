import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import type { Api } from '../support/api.js';
import { callModern, connect, whoami } from '../support/clients.js';
import { type Steady, useSteadily } from '../support/steady.js';
import { waitFor } from '../support/wait.js';
import { LOAD_MS, loadImages, release, TRIAL } from './support/release.js';
import { createApiKey } from './support/sign-in.js';
import { volume } from './support/volume.js';

const READY_MS = 90_000;
/** The kubelet renews the files of a Secret within two minutes; a change of the pod makes it do so at once. */
const READ_MS = 150_000;
const EXAMPLE = { imageName: 'mcp-example', imageVersion: 'test', replicaCount: 1, requiredRoles: ['reader'] };
const CREDENTIAL = 'backend';

const namespace = freshNamespace();
const gateway = release('gw', namespace.name);
let api: Api;
let url: string;
let key: Awaited<ReturnType<typeof createApiKey>>;

beforeAll(async () => {
  await loadImages();
  await volume(namespace.name, 999);
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: CREDENTIAL },
    stringData: { type: 'header', value: 'Bearer of-the-gateway' },
  });
  await gateway.install(
    ...TRIAL,
    `--set=trial.postgresql.persistence.storageClassName=${namespace.name}`,
    `--set=credentials.secrets[0].name=${CREDENTIAL},credentials.secrets[0].secret=${CREDENTIAL}`,
  );
  [api, url] = [await gateway.api(), await gateway.url()];
  await api.create({ ...EXAMPLE, name: 'echo' });
  await api.ready('echo', READY_MS);
  key = await createApiKey(url, await gateway.headers('admin'), ['reader']);
}, LOAD_MS);

/** Uses one session with an access token and another with an API key, all the time until the test stops them. */
async function signedInCalls() {
  const using: Steady[] = [];
  for (const headers of [await gateway.headers('reader'), key.headers]) {
    // New sessions wait until each data plane has found Redis again.
    const session = await waitFor('a session', () => connect(api.mcp('echo'), { headers }), READY_MS);
    using.push(useSteadily(session));
  }
  return async () => {
    const ended = await Promise.all(using.map((each) => each.stop()));
    for (const { calls, failures } of ended) {
      expect(failures).toEqual([]);
      expect(calls).toBeGreaterThan(0);
    }
  };
}

async function restart(component: string): Promise<void> {
  await namespace.kubectl('rollout', 'restart', gateway.deployment(component));
  await namespace.rolledOut(gateway.deployment(component));
}

/** Ends the pod of a trial database; another one takes its place. */
async function restartDatabase(component: string, workload: string): Promise<void> {
  await namespace.kubectl('delete', 'pod', `--selector=app.kubernetes.io/component=${component}`);
  await namespace.rolledOut(`${workload}/gw-mcp-gateway-${component}`);
}

const listsAdapters = () => api.list().then(({ length }) => length === 1);

describe('signed-in calls go on, in their sessions,', () => {
  it.each([
    ['data planes', () => restart('data-plane')],
    ['control planes', () => restart('control-plane')],
    ['Redis', () => restartDatabase('redis', 'deployment')],
    ['PostgreSQL', () => restartDatabase('postgresql', 'statefulset')],
  ])('while %s are restarted', async (_what, act) => {
    const stop = await signedInCalls();
    await act();
    await waitFor('the management API', listsAdapters, READY_MS);
    const fresh = () => callModern(api.mcp('echo'), 'add', { a: 2, b: 3 }, key.headers);
    await waitFor('new calls', async () => (await fresh()).text === '5', READY_MS);
    await stop();
  });
});

interface Pods {
  items: { metadata: { name: string; deletionTimestamp?: string } }[];
}

/** Replaces the list in a Secret, and waits until each pod of these components uses it. */
async function replaceList(secret: string, field: string, list: string[], components: string[]): Promise<void> {
  const selector = `--selector=app.kubernetes.io/component in (${components.join()})`;
  const { items } = await namespace.get<Pods>('pods', selector);
  const pods = items.flatMap(({ metadata }) => (metadata.deletionTimestamp ? [] : [metadata.name]));
  const changes = async (pod: string) =>
    (await namespace.kubectl('logs', pod)).split('the content of files has changed and is in use').length;
  const before = await Promise.all(pods.map(changes));
  const patch = JSON.stringify({ stringData: { [field]: list.join() } });
  await namespace.kubectl('patch', 'secret', secret, `--patch=${patch}`);
  const stamp = `changed=${randomBytes(4).toString('hex')}`;
  await namespace.kubectl('annotate', 'pods', selector, '--overwrite', stamp);
  await waitFor(
    `${pods.join()} to use ${secret}`,
    async () => (await Promise.all(pods.map(changes))).every((count, i) => count > (before[i] ?? 0)),
    READ_MS,
  );
}

const SECRETS = [
  {
    what: 'session keys',
    secret: 'gw-mcp-gateway-session-keys',
    field: 'MCP_GATEWAY_SESSION_KEYS',
    components: ['data-plane'],
    // Ids that the old key has sealed are in use, so it stays.
    lists: (old: string, fresh: string) => [[fresh, old]],
  },
  {
    what: 'peppers of API keys',
    secret: 'api-keys',
    field: 'MCP_GATEWAY_API_KEY_PEPPERS',
    components: ['data-plane', 'control-plane'],
    lists: (old: string, fresh: string) => [[fresh, old], [fresh]],
  },
  {
    what: 'internal secrets',
    secret: 'gw-mcp-gateway-internal',
    field: 'MCP_GATEWAY_INTERNAL_SECRETS',
    components: ['data-plane', 'control-plane'],
    lists: (old: string, fresh: string) => [[old, fresh], [fresh, old], [fresh]],
  },
];

describe('rotation', () => {
  it.each(SECRETS)('of $what needs no restart and loses no session', async ({ secret, field, components, lists }) => {
    const stop = await signedInCalls();
    const before = await namespace.kubectl('get', 'secret', secret, `--output=jsonpath={.data.${field}}`);
    for (const list of lists(atob(before), randomBytes(32).toString('base64'))) {
      await replaceList(secret, field, list, components);
    }
    await stop();
  });

  it('leaves sessions, keys and credentials in force for data planes that know the new lists only', async () => {
    const stop = await signedInCalls();
    await restart('data-plane');
    await stop();
    const spec = { ...EXAMPLE, name: 'backed', upstreamAuth: { credential: CREDENTIAL } };
    await api.create(spec);
    await api.ready('backed', READY_MS);
    const session = await connect(api.mcp('backed'), { headers: key.headers });
    expect((await whoami(session)).authorization).toBe(true);
    await api.remove('backed');
    const another = await createApiKey(url, await gateway.headers('reader'), ['reader']);
    expect((await callModern(api.mcp('echo'), 'add', { a: 2, b: 3 }, another.headers)).text).toBe('5');
  });
});
