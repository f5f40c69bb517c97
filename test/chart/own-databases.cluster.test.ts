import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { connect, count } from '../support/clients.js';
import { useSteadily } from '../support/steady.js';
import { ownDatabases } from './support/databases.js';
import { LOAD_MS, loadImages, release } from './support/release.js';

const READY_MS = 90_000;
const SMALL = ['--set=controlPlane.replicas=1,worker.replicas=1'];

const namespace = freshNamespace();
const one = release('one', namespace.name);
const two = release('two', namespace.name);
let databases: Awaited<ReturnType<typeof ownDatabases>>;

beforeAll(async () => {
  await loadImages();
  databases = await ownDatabases(namespace);
}, LOAD_MS);

const urls = (prefix: string, password?: string) => [
  `--set=database.url=${databases.database(password)}`,
  `--set=redis.url=${databases.redis},redis.prefix=${prefix}`,
];

interface Pods {
  items: { metadata: { uid: string; deletionTimestamp?: string; annotations?: Record<string, string> } }[];
}

describe('a release with external databases', () => {
  it('does not start when the migration fails, and the Job reports why', async () => {
    const install = one.install(...SMALL, ...urls('one', 'wrong'), '--set=migrations.timeout=15');
    await expect(install).rejects.toThrow(/one-mcp-gateway-migrations/);
    expect(await namespace.kubectl('get', 'deployment,service', '--output=name')).not.toContain('one-mcp-gateway');
    const logs = await namespace.kubectl('logs', '--selector=app.kubernetes.io/component=migrations');
    expect(logs).toContain('password authentication failed for user "team"');
    expect(logs).not.toContain('wrong');
    await one.uninstall();
  });

  it('can be installed at the same time as another release on the same empty database', async () => {
    await Promise.all([
      one.install(...SMALL, ...urls('one')),
      two.install(...SMALL, ...urls('two'), '--set=dataPlane.replicas=1'),
    ]);
    expect(await one.test()).not.toContain('FAILED');
    expect(await two.test()).not.toContain('FAILED');
    await two.uninstall();
  });

  it('keeps adapters and sessions running, without a failed call, while an upgrade replaces all its pods', async () => {
    const api = await one.api();
    await api.create({ name: 'echo', imageName: 'mcp-example', imageVersion: 'test', replicaCount: 2 });
    await api.ready('echo', READY_MS);
    const session = await connect(api.mcp('echo'), { headers: await one.headers('admin') });
    const steady = useSteadily(session);
    const keys = () => namespace.kubectl('get', 'secret', 'one-mcp-gateway-session-keys', '--output=jsonpath={.data}');
    const [keysBefore, podsBefore] = [await keys(), await one.adapters.get<Pods>('pods')];

    const changed = ['dataPlane', 'controlPlane', 'worker'].map((part) => `--set=${part}.podAnnotations.changed=yes`);
    await one.upgrade(...SMALL, ...urls('one'), ...changed);
    const { calls, failures } = await steady.stop();

    const services = await namespace.get<Pods>('pods', '--selector=app.kubernetes.io/instance=one,pod-template-hash');
    const staying = services.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(staying.map(({ metadata }) => metadata.annotations?.['changed'])).toEqual(Array(4).fill('yes'));
    const uids = ({ items }: Pods) => items.map(({ metadata }) => metadata.uid).toSorted();
    expect(uids(await one.adapters.get<Pods>('pods'))).toEqual(uids(podsBefore));
    expect(await keys()).toBe(keysBefore);
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(100);
    expect(await count(session)).toBeGreaterThan(calls);
  });
});
