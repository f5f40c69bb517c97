import { describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { expectGolden } from './support/golden.js';
import { CHART, helm, valuesOf } from './support/helm.js';
import { DATABASES, ENOUGH, template } from './support/template.js';

const namespace = freshNamespace();
const SETS = ['trial', 'production', 'plain'];

/** What a render without a cluster makes up anew each time. */
const withoutSecrets = (text: string) =>
  text.replaceAll(/^( {2}(?:MCP_GATEWAY_SESSION_KEYS|password|DATABASE_URL|REDIS_URL): ).*$/gm, '$1(secret)');

describe('the chart', () => {
  it.each(SETS)('renders what is checked in for the values "%s"', async (name) => {
    await expectGolden(`test/chart/golden/${name}.yaml`, withoutSecrets(await template(valuesOf(name))));
  });

  it('has manifests for kubectl that are current', async () => {
    const values = `--values=${CHART}/manifests/values.yaml`;
    const manifests = await helm('template', 'mcp-gateway', CHART, '--namespace=mcp-gateway', '--no-hooks', values);
    await expectGolden('charts/mcp-gateway/manifests/mcp-gateway.yaml', manifests);
  });

  it.each(SETS)('passes helm lint with the values "%s"', async (name) => {
    expect(await helm('lint', '--strict', CHART, valuesOf(name))).toContain('0 chart(s) failed');
  });

  it('tells after the install what to do next, and what is not for production', async () => {
    const notes = async (name: string, ...args: string[]) => {
      const said = await helm(
        'install',
        'gw',
        CHART,
        '--namespace=gateway',
        '--dry-run=client',
        valuesOf(name),
        ...args,
      );
      return said.slice(said.indexOf('NOTES:'));
    };
    const trial = await notes('trial');
    expect(trial).toContain('kubectl --namespace gateway port-forward service/gw-mcp-gateway 8000:8000');
    expect(trial).toContain('TRIAL DATABASES: PostgreSQL and Redis');
    expect(trial).toContain('DEVELOPMENT SIGN-IN: whoever reaches the gateway is whoever they say they are');
    const production = await notes('production');
    expect(production).toContain('export GATEWAY=https://mcp.example.com');
    expect(production).not.toMatch(/TRIAL|DEVELOPMENT/);
    expect(production).toContain('Helm 4 wants --force-conflicts');
    expect(await notes('production', '--set=ingress.path=/gw')).toContain(
      'export GATEWAY=https://mcp.example.com/gw\n',
    );
    expect(await notes('trial', '--set=dataPlane.service.type=LoadBalancer')).toContain("ingress[0]['hostname','ip']");
  });

  it('takes beginnings of names of Secrets, and names that look like numbers', async () => {
    const secrets = ['database', 'redis', 'sessionKeys'].map((of) => `--set-string=${of}.existingSecret=123`);
    const rendered = await template(...ENOUGH, ...secrets, '--set=adapters.allowedSecrets={mcp-}');
    expect(rendered).toContain('name: ALLOWED_SECRETS\n              value: mcp-\n');
    expect(rendered.match(/^ +name: "123"$/gm)?.length).toBeGreaterThanOrEqual(3);
    expect(rendered).not.toContain('name: 123');
  });

  it('leaves the number of pods to the autoscaler, and keeps what there is when one is switched on', async () => {
    const scaled = [
      ...ENOUGH,
      ...DATABASES,
      `--namespace=${namespace.name}`,
      '--set=dataPlane.autoscaling.enabled=true',
      '--show-only=templates/data-plane/deployment.yaml',
    ];
    const selector = { app: 'x' };
    const pod = { metadata: { labels: selector }, spec: { containers: [{ name: 'x', image: 'x' }] } };
    await namespace.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'gw-mcp-gateway-data-plane',
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'gw', 'meta.helm.sh/release-namespace': namespace.name },
      },
      spec: { replicas: 6, selector: { matchLabels: selector }, template: pod },
    });
    expect(await helm('template', 'gw', CHART, ...scaled)).not.toContain('replicas:');
    expect(await helm('template', 'gw', CHART, ...scaled, '--dry-run=server')).toContain('\n  replicas: 6\n');
  });
});
