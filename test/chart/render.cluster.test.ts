import { describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { expectGolden } from './support/golden.js';
import { CHART, helm, valuesOf } from './support/helm.js';

const namespace = freshNamespace();
const SETS = ['trial', 'production', 'plain'];
const ENOUGH = ['--set=image.registry=a.example/b', '--set=signIn.development=allow-from-network'];
const DATABASES = ['--set=database.existingSecret=db', '--set=redis.existingSecret=redis'];

const template = (...args: string[]) => helm('template', 'gw', CHART, '--namespace=gateway', ...args);

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
    expect(await notes('production', '--set=ingress.path=/gw')).toContain(
      'export GATEWAY=https://mcp.example.com/gw\n',
    );
    expect(await notes('trial', '--set=dataPlane.service.type=LoadBalancer')).toContain("ingress[0]['hostname','ip']");
  });

  it('takes beginnings of names of Secrets, and names that look like numbers', async () => {
    const secrets = ['database', 'redis', 'sessionKeys'].map((of) => `--set-string=${of}.existingSecret=123`);
    const rendered = await template(...ENOUGH, ...secrets, '--set=adapters.allowedSecrets={mcp-}');
    expect(rendered).toContain('{ name: ALLOWED_SECRETS, value: "mcp-" }');
    expect(rendered.match(/secretKeyRef: { name: "123"/g)?.length).toBeGreaterThanOrEqual(3);
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

describe('what the chart refuses', () => {
  it.each([
    ['no registry', [], 'image.registry is needed'],
    ['no word on sign-in', [...DATABASES, '--set=image.registry=a.example/b'], 'signIn.development=allow-from-network'],
    ['no database', [...ENOUGH, '--set=redis.existingSecret=redis'], 'a database is needed, and one'],
    [
      'two databases',
      [...ENOUGH, ...DATABASES, '--set=database.url=postgresql://db/x'],
      'a database is needed, and one',
    ],
    ['no Redis', [...ENOUGH, '--set=database.existingSecret=db'], 'a Redis is needed, and one'],
    [
      'adapters beside its own Secrets',
      [...ENOUGH, ...DATABASES, '--set=adapters.namespace=gateway'],
      'adapters.namespace must not be gateway',
    ],
    [
      'fewer pods at most than at least',
      [...ENOUGH, ...DATABASES, '--set=dataPlane.autoscaling.enabled=true,dataPlane.autoscaling.minReplicas=11'],
      'dataPlane.autoscaling.minReplicas is 11, which is more than maxReplicas, 10',
    ],
    [
      'pods that are killed before they are told to end',
      [...ENOUGH, ...DATABASES, '--set=controlPlane.preStopSeconds=30'],
      'preStopSeconds of the control-plane must be less than its terminationGracePeriodSeconds',
    ],
    [
      'a ServiceMonitor of nothing',
      [...ENOUGH, ...DATABASES, '--set=metrics.enabled=false,metrics.serviceMonitor.enabled=true'],
      'metrics.serviceMonitor.enabled needs metrics.enabled',
    ],
    ['a route to nowhere', [...ENOUGH, ...DATABASES, '--set=httpRoute.enabled=true'], 'httpRoute.parentRefs is needed'],
  ])('%s', async (_, args, message) => {
    await expect(template(...args)).rejects.toThrow(message);
  });

  it.each([
    ['dataPlane.replica=3', "at '/dataPlane': additional properties 'replica' not allowed"],
    ['postgresql.enabled=true', "at '': additional properties 'postgresql' not allowed"],
    ['signIn.development=true', "at '/signIn/development'"],
    ['database.url=mysql://db', "at '/database/url'"],
    ['redis.url=localhost:6379', "at '/redis/url'"],
    ['dataPlane.replicas=many', "at '/dataPlane/replicas'"],
    ['image.pullPolicy=always', "at '/image/pullPolicy'"],
    ['adapters.namespace=Adapters', "at '/adapters/namespace'"],
    ['adapters.resources.limits.memory=lots', "at '/adapters/resources/limits/memory'"],
    ['logLevel=loud', "at '/logLevel'"],
    ['allowedHosts={mcp.example.com:443}', "at '/allowedHosts/0'"],
    ['dataPlane.sessions.idleSeconds=59', "at '/dataPlane/sessions/idleSeconds'"],
    ['metrics.serviceMonitor.interval=soon', "at '/metrics/serviceMonitor/interval'"],
    ['fullnameOverride=my.gateway', "at '/fullnameOverride'"],
    ['ingress.host=https://mcp.example.com', "at '/ingress/host'"],
    [
      'networkPolicy.gatewayFrom[0].foo=1',
      "at '/networkPolicy/gatewayFrom/0': additional properties 'foo' not allowed",
    ],
    ['adapters.egress[0].nonsense=1', "at '/adapters/egress/0': additional properties 'nonsense' not allowed"],
    ['runAsUser=0', "at '/runAsUser'"],
    ['worker.resources.limit.memory=1Gi', "at '/worker/resources': additional properties 'limit' not allowed"],
  ])('the value %s', async (value, message) => {
    await expect(template(...ENOUGH, ...DATABASES, `--set=${value}`)).rejects.toThrow(message);
  });
});
