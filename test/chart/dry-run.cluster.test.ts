import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../cluster/machine/command.mjs';
import { cluster } from '../cluster/support/cluster.js';
import { kubeconfig, kubectl } from '../cluster/support/kubectl.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import { afterTests } from '../support/after-tests.js';
import { repository } from '../support/launch.js';
import { CHART, helm, renderOf, valuesOf } from './support/helm.js';

const namespace = freshNamespace();
const adapters = freshNamespace();

beforeAll(async () => {
  const definitions = ['http-routes.yaml', 'service-monitors.yaml'].map((name) => String(cluster.programs[name]));
  for (const file of definitions) await kubectl('apply', '--server-side', '--filename', file);
  afterTests(() => kubectl('delete', '--wait=false', ...definitions.map((file) => `--filename=${file}`)));
  const kinds = ['crd/httproutes.gateway.networking.k8s.io', 'crd/servicemonitors.monitoring.coreos.com'];
  await kubectl('wait', ...kinds, '--for=condition=Established', '--timeout=30s');
});

/** The objects that the API server makes of the manifests, after all checks and defaults. It prints warnings on standard error. */
async function dryRun(manifests: string): Promise<string> {
  const command = `"$0" --kubeconfig "$1" apply --server-side --dry-run=server --warnings-as-errors --filename=- 2>&1`;
  return run('sh', ['-c', command, String(cluster.programs['kubectl']), kubeconfig], { input: manifests });
}

describe('the API server accepts', () => {
  it.each([
    { name: 'trial', more: '--set=adapters.createNamespace=false' }, // the namespace exists and does not belong to Helm
    { name: 'production', more: '' },
    { name: 'plain', more: '--set=dataPlane.service.ipFamilies={IPv4}' }, // the cluster has IPv4 addresses only
  ])('the manifests that the chart renders for the values "$name"', async ({ name, more }) => {
    const where = [`--namespace=${namespace.name}`, `--set=adapters.namespace=${adapters.name}`];
    const manifests = await helm('template', 'gw', CHART, ...where, ...renderOf(name), ...(more ? [more] : []));
    const count = manifests.match(/^kind: /gm)?.length ?? 0;
    const taken = await dryRun(manifests);
    expect(taken).not.toContain('Warning');
    expect(taken.match(/serverside-applied \(server dry run\)/g)).toHaveLength(count);
  });

  it('a release and namespaces whose names YAML would parse as numbers', async () => {
    const names = ['', '1e'].map((begin) => `${begin}${randomInt(1e6, 1e7)}`);
    for (const name of names) {
      await kubectl('create', 'namespace', name);
      afterTests(() => kubectl('delete', 'namespace', name, '--wait=false'));
    }
    const [own = '', other = ''] = names;
    const where = [`--namespace=${own}`, `--set-string=adapters.namespace=${other}`];
    const manifests = await helm('template', '1.5', CHART, ...where, valuesOf('production'));
    expect(await dryRun(manifests)).not.toContain('Warning');
    // Before Kubernetes 1.36 these names must begin with a letter.
    expect(manifests.match(/(?<=^kind: Service\nmetadata:\n {2}name: ).*/gm)).toEqual([
      'mcp-gateway-1-5-control-plane',
      '"mcp-gateway-1-5"',
      'mcp-gateway-1-5-metrics',
    ]);
  });

  it('the manifests for kubectl', async () => {
    const manifests = await readFile(repository('charts/mcp-gateway/manifests/mcp-gateway.yaml'), 'utf8');
    const here = manifests
      .replaceAll('namespace: "mcp-gateway"\n', `namespace: ${namespace.name}\n`)
      .replaceAll('namespace: "adapter"\n', `namespace: ${adapters.name}\n`);
    expect(await dryRun(here)).not.toContain('Warning');
  });
});
