import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { kubectl } from '../cluster/support/kubectl.js';
import { afterTests } from '../support/after-tests.js';
import { CHART, helm } from './support/helm.js';

const INSTALL_MS = 60_000;
const TRIAL = ['--set=trial.postgresql.enabled=true,trial.redis.enabled=true'];
const AUTOSCALED = ['--set=dataPlane.autoscaling.enabled=true'];
const URLS = ['--set=database.url=postgresql://user:password@db/x,redis.url=redis://cache'];

const namespace = freshNamespace();
const adapters = `${namespace.name}-adapters`;

/** No pod has to run: only Helm's result counts. */
const RELEASE = [
  `--namespace=${namespace.name}`,
  `--set=adapters.namespace=${adapters}`,
  '--set=image.registry=localhost/none,signIn.development=allow-from-network,migrations.job=false',
  '--set=dataPlane.replicas=0,controlPlane.replicas=0,worker.replicas=0',
];
const upgrade = (...args: string[]) => helm('upgrade', 'gw', CHART, ...RELEASE, ...args);

beforeAll(async () => {
  afterTests(() => kubectl('delete', 'namespace', adapters, '--ignore-not-found', '--wait=false'));
  await helm('install', 'gw', CHART, ...RELEASE, ...TRIAL);
}, INSTALL_MS);

const data = (secret: string) =>
  namespace.kubectl('get', 'secret', `gw-mcp-gateway-${secret}`, '--output=jsonpath={.data}');

const pods = () =>
  namespace.kubectl('get', 'deployment/gw-mcp-gateway-data-plane', '--output=jsonpath={.spec.replicas}');
const phase = () => kubectl('get', 'namespace', adapters, '--output=jsonpath={.status.phase}');

describe('an upgrade', () => {
  it('keeps the password of the trial PostgreSQL while another database is used, because its volume stays too', async () => {
    const before = await data('postgresql');
    await upgrade(...URLS);
    expect(await data('postgresql')).toBe(before);
    await upgrade(...TRIAL);
    expect(await data('postgresql')).toBe(before);
    const { password } = JSON.parse(before) as { password: string };
    const { DATABASE_URL } = JSON.parse(await data('database')) as { DATABASE_URL: string };
    expect(atob(DATABASE_URL)).toContain(`:${atob(password)}@gw-mcp-gateway-postgresql:`);
  });

  it("is refused when the password differs from that of the trial PostgreSQL's volume", async () => {
    const { password = '' } = JSON.parse(await data('postgresql')) as { password?: string };
    const given = (value: string) => [...TRIAL, `--set=trial.postgresql.password=${value}`];
    await expect(upgrade(...given('anotherone'))).rejects.toThrow(
      'trial.postgresql.password is not the password with which the trial PostgreSQL was created; the Secret gw-mcp-gateway-postgresql has that one.',
    );
    await upgrade(...given(atob(password)));
    expect(JSON.parse(await data('postgresql'))).toEqual({ password });
  });

  it("starts at the autoscaler's minimum when an autoscaler is enabled and no pod runs", async () => {
    await upgrade(...TRIAL, ...AUTOSCALED);
    expect(await pods()).toBe('2');
  });

  it('keeps the number that the autoscaler has set, and can therefore be rolled back', async () => {
    // An autoscaler scales through this subresource too.
    await namespace.kubectl('scale', 'deployment/gw-mcp-gateway-data-plane', '--replicas=3');
    const { version } = JSON.parse(await upgrade(...TRIAL, ...AUTOSCALED, '--output=json')) as { version: number };
    expect(await pods()).toBe('3');
    await namespace.kubectl('scale', 'deployment/gw-mcp-gateway-data-plane', '--replicas=4');
    await upgrade(...TRIAL, ...AUTOSCALED, '--set=logLevel=debug');
    await helm('rollback', 'gw', String(version), `--namespace=${namespace.name}`);
    expect(await pods()).toBe('4');
  });

  it('sets the number itself again when the autoscaler is disabled and conflicts are forced', async () => {
    await expect(upgrade(...TRIAL)).rejects.toThrow('.spec.replicas');
    expect(await pods()).toBe('4');
    await upgrade(...TRIAL, '--force-conflicts');
    expect(await pods()).toBe('0');
    await upgrade(...TRIAL, '--set=dataPlane.replicas=1');
    expect(await pods()).toBe('1');
  });

  it.each(['size=2Gi', 'enabled=false', 'storageClassName=other'])(
    'is refused when it changes the volume of the trial PostgreSQL: %s',
    async (value) => {
      await expect(upgrade(...TRIAL, `--set=trial.postgresql.persistence.${value}`)).rejects.toThrow(
        `kubectl delete statefulset gw-mcp-gateway-postgresql --namespace ${namespace.name}`,
      );
    },
  );

  it.each([
    ['without a namespace', ['--set=adapters.createNamespace=false']],
    ['with another namespace', [`--set=adapters.namespace=${adapters}-2`]],
  ])('%s for adapters is refused while Helm would delete the present one', async (_, args) => {
    await expect(upgrade(...TRIAL, ...args)).rejects.toThrow(
      `Helm would delete the namespace ${adapters}, which this release created, and all adapters in it. ` +
        `To keep it: kubectl annotate namespace ${adapters} helm.sh/resource-policy=keep`,
    );
    expect(await phase()).toBe('Active');
  });

  it('keeps an adapter namespace with the annotation helm.sh/resource-policy=keep, in later upgrades too', async () => {
    await kubectl('annotate', 'namespace', adapters, 'helm.sh/resource-policy=keep');
    for (const _ of [1, 2]) await upgrade(...TRIAL, '--set=adapters.createNamespace=false');
    expect(await phase()).toBe('Active');
  });

  it.each([
    ['sessionKeys', 'session-keys', []],
    ['database', 'database', ['--set=trial.postgresql.enabled=false']],
    ['redis', 'redis', ['--set=trial.redis.enabled=false']],
  ])('is refused when %s.existingSecret names the Secret that Helm would delete', async (value, component, args) => {
    const before = await data(component);
    const name = `gw-mcp-gateway-${component}`;
    await expect(upgrade(...TRIAL, ...args, `--set=${value}.existingSecret=${name}`)).rejects.toThrow(
      `To keep it: kubectl annotate secret ${name} --namespace ${namespace.name} helm.sh/resource-policy=keep`,
    );
    expect(await data(component)).toBe(before);
  });

  it('keeps a Secret of the chart with the annotation helm.sh/resource-policy=keep', async () => {
    const before = await data('session-keys');
    await namespace.kubectl('annotate', 'secret', 'gw-mcp-gateway-session-keys', 'helm.sh/resource-policy=keep');
    await upgrade(...TRIAL, '--set=sessionKeys.existingSecret=gw-mcp-gateway-session-keys');
    expect(await data('session-keys')).toBe(before);
  });

  it('accepts the same volume size in another unit, and another size once the StatefulSet is deleted', async () => {
    await upgrade(...TRIAL, '--set=trial.postgresql.persistence.size=1024Mi');
    await namespace.kubectl('delete', 'statefulset', 'gw-mcp-gateway-postgresql');
    await upgrade(...TRIAL, '--set=trial.postgresql.persistence.size=2Gi');
  });
});
