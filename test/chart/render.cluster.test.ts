import { describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { expectGolden } from './support/golden.js';
import { CHART, helm, renderOf, valuesOf } from './support/helm.js';
import { DATABASES, ENOUGH, ISSUER, template, TRIAL_PASSWORDS } from './support/template.js';

const namespace = freshNamespace();
const SETS = ['trial', 'production', 'plain'];

/** The values that the first install generates. */
const withoutSecrets = (text: string) =>
  text.replaceAll(
    /^( {2}(?:MCP_GATEWAY_SESSION_KEYS|MCP_GATEWAY_INTERNAL_SECRETS|password|DATABASE_URL|REDIS_URL): ).*$/gm,
    '$1(secret)',
  );

describe('the chart', () => {
  it.each(SETS)('renders the golden file for the values "%s"', async (name) => {
    await expectGolden(`test/chart/golden/${name}.yaml`, withoutSecrets(await template(...renderOf(name))));
  });

  it('has current manifests for kubectl', async () => {
    const values = `--values=${CHART}/manifests/values.yaml`;
    const manifests = await helm('template', 'mcp-gateway', CHART, '--namespace=mcp-gateway', '--no-hooks', values);
    await expectGolden('charts/mcp-gateway/manifests/mcp-gateway.yaml', manifests);
  });

  it.each(SETS)('passes helm lint with the values "%s"', async (name) => {
    expect(await helm('lint', '--strict', CHART, valuesOf(name))).toContain('0 chart(s) failed');
  });

  it('prints the next steps after the install, and warns of settings that are not for production', async () => {
    const notes = async (name: string, ...args: string[]) => {
      const output = await helm(
        'install',
        'gw',
        CHART,
        '--namespace=gateway',
        '--dry-run=client',
        valuesOf(name),
        ...(name === 'trial' ? [...ENOUGH, ...TRIAL_PASSWORDS] : []),
        ...args,
      );
      return output.slice(output.indexOf('NOTES:'));
    };
    const trial = await notes('trial');
    expect(trial).toContain('kubectl --namespace gateway port-forward service/gw-mcp-gateway 8000:8000');
    expect(trial).toContain('export NAME=mcp-example IMAGE=mcp-example VERSION=0.1.0\n');
    expect(await notes('trial', '--set=adapters.allowedImages={mcp-}')).toContain('IMAGE=mcp-example');
    expect(await notes('trial', '--set=adapters.allowedImages={team/}')).toContain(
      'a.example/b that begins with team/:',
    );
    expect(trial).toContain('TRIAL DATABASES: PostgreSQL and Redis');
    expect(trial).toContain('DEVELOPMENT SIGN-IN: anyone who reaches the gateway can be any user');
    const production = await notes('production');
    expect(production).toContain('export GATEWAY=https://mcp.example.com');
    expect(production).not.toMatch(/TRIAL|DEVELOPMENT/);
    expect(production).toContain('an access token of https://login.example.com/realms/tools\n');
    expect(production).toContain('curl $GATEWAY/adapters/$NAME/status -H "Authorization: Bearer $TOKEN"\n');
    expect(production).not.toContain('SIGN-IN:');
    expect(await notes('production', '--set=publicUrl=,identityKeys.existingSecret=')).toContain(
      'set publicUrl to the URL that clients use',
    );
    expect(trial).not.toMatch(/TOKEN|Bearer/);
    // A registry of the operator need not have the example server.
    expect(production).toContain('IMAGE is a name below registry.example.com/mcp-servers');
    expect(production).toContain('create this Secret in the namespace mcp-servers');
    expect(production).toContain('--force-conflicts at the first attempt');
    expect(await notes('production', '--set=ingress.path=/gw')).toContain(
      'export GATEWAY=https://mcp.example.com/gw\n',
    );
    expect(await notes('trial', '--set=dataPlane.service.type=LoadBalancer')).toContain("ingress[0]['hostname','ip']");
  });

  it.each([
    ['--set=ingress.enabled=true,ingress.path=/gw/', '/gw'],
    ['--set=httpRoute.enabled=true,httpRoute.parentRefs[0].name=public,httpRoute.path=/gw', '/gw'],
    ['--set=ingress.enabled=true,ingress.path=/gw,publicUrl=https://tools.example.com/', 'https://tools.example.com/'],
  ])('gives the gateway its public URL: %s', async (value, expected) => {
    const rendered = await template(...ENOUGH, ...DATABASES, value);
    const urls = rendered.replaceAll(/\n +value: /g, ' ').matchAll(/MCP_GATEWAY_PUBLIC_URL (.*)\n/g);
    expect(Array.from(urls, ([, url]) => url)).toEqual([expected, expected]);
  });

  it.each(['/', '/gw(/|$)(.*)'])(
    'sets no public URL for the path %s, so that the gateway uses relative references',
    async (path) => {
      const values = ['--set=ingress.enabled=true', `--set-string=ingress.path=${path}`];
      expect(await template(...ENOUGH, ...DATABASES, ...values)).not.toContain('MCP_GATEWAY_PUBLIC_URL');
    },
  );

  it('takes no part of development sign-in with OpenID Connect', async () => {
    const rendered = await template(...ENOUGH, ...DATABASES, '--set=auth.mode=oidc', ISSUER);
    expect(rendered.match(/name: AUTH_MODE\n +value: oidc\n/g)).toHaveLength(2);
    expect(rendered).not.toContain('MCP_GATEWAY_DEVELOPMENT_SIGN_IN');
  });

  it('accepts Secrets with prefixed names and with names that look like numbers', async () => {
    const secrets = ['database', 'redis', 'sessionKeys'].map((of) => `--set-string=${of}.existingSecret=123`);
    const rendered = await template(...ENOUGH, ...secrets, '--set=adapters.allowedSecrets={mcp-}');
    expect(rendered).toContain('name: ALLOWED_SECRETS\n              value: mcp-\n');
    expect(rendered.match(/^ +name: "123"$/gm)?.length).toBeGreaterThanOrEqual(3);
    expect(rendered).not.toContain('name: 123');
  });

  it('renders the same manifests each time without the cluster', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => template(...ENOUGH, ...TRIAL_PASSWORDS)));
    expect(first).toBe(second);
    const changed = await template(...ENOUGH, ...TRIAL_PASSWORDS, '--set=trial.redis.password=anotherone');
    const urls = (text?: string) => new Set(text?.match(/mcp-gateway.io\/(urls|password): .*/g));
    expect(urls(first).size).toBe(2);
    expect(urls(changed)).not.toEqual(urls(first)); // a changed URL replaces the pods, which read it at their start
  });

  it.each([
    ['the defaults', '4194304,dataPlane.upstreamTimeoutSeconds=300', '8m', '3600'],
    ['larger messages and slower servers', '16777217,dataPlane.upstreamTimeoutSeconds=7200', '33m', '7260'],
  ])('gives the Ingress the limits of the data plane: %s', async (_, limits, size, timeout) => {
    const show = '--show-only=templates/data-plane/ingress.yaml';
    const args = [
      ...ENOUGH,
      ...DATABASES,
      '--set=ingress.enabled=true',
      `--set=dataPlane.maxBodyBytes=${limits}`,
      show,
    ];
    const rendered = await template(...args);
    expect(rendered).toContain(`proxy-body-size: ${size}\n`);
    expect(rendered).toContain(`proxy-read-timeout: "${timeout}"\n`);
    const key = 'ingress.annotations.nginx\\.ingress\\.kubernetes\\.io/proxy-body-size';
    expect(await template(...args, `--set-string=${key}=1g`)).toContain('proxy-body-size: 1g\n');
    expect(await template(...args, `--set=${key}=null`)).not.toContain('proxy-body-size');
  });

  const NOT_ADAPTERS =
    '- namespaceSelector:\n            matchExpressions:\n' +
    '              - { key: kubernetes.io/metadata.name, operator: NotIn, values: ["adapter"] }';
  const policy = async (...args: string[]) => {
    const rendered = await template(
      ...ENOUGH,
      ...DATABASES,
      ...args,
      '--show-only=templates/data-plane/network-policy.yaml',
    );
    return rendered.split('- ports: [{ port: http }]\n')[1]?.split('    - ports')[0] ?? '';
  };

  it('denies pods of adapters access to the gateway, whatever other access is allowed', async () => {
    const inside = await policy();
    expect(inside).toContain(NOT_ADAPTERS);
    expect(inside).not.toContain('ipBlock');
    for (const way of [
      'ingress.enabled=true',
      'dataPlane.service.type=LoadBalancer',
      'dataPlane.service.type=NodePort',
    ]) {
      const outside = await policy(`--set=${way},networkPolicy.podCIDRs={10.244.0.0/16,fd00::/48}`);
      expect(outside).toContain(NOT_ADAPTERS);
      expect(outside).toContain('cidr: "0.0.0.0/0"\n            except: ["10.244.0.0/16"]\n');
      expect(outside).toContain('cidr: "::/0"\n            except: ["fd00::/48"]\n');
    }
  });

  it("allows adapters that the values name, beside the operator's own peers", async () => {
    for (const from of ['', ',networkPolicy.gatewayFrom[0].podSelector.matchLabels.a=b']) {
      const rendered = await policy(`--set=adapters.allowedCallers={agent,helper}${from}`);
      expect(rendered).toContain('- { key: mcp-gateway.io/name, operator: In, values: ["agent","helper"] }\n');
      expect(rendered.includes(NOT_ADAPTERS)).toBe(from === '');
    }
  });

  it('leaves the number of pods to the autoscaler, and keeps the current number when an autoscaler is enabled', async () => {
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
