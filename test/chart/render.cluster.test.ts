import { describe, expect, it } from '@jest/globals';
import { expectGolden } from './support/golden.js';
import { CHART, helm, valuesOf } from './support/helm.js';

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
    const notes = async (name: string) => {
      const said = await helm('install', 'gw', CHART, '--namespace=gateway', '--dry-run=client', valuesOf(name));
      return said.slice(said.indexOf('NOTES:'));
    };
    const trial = await notes('trial');
    expect(trial).toContain('kubectl --namespace gateway port-forward service/gw-mcp-gateway 8000:8000');
    expect(trial).toContain('TRIAL DATABASES: PostgreSQL and Redis');
    expect(trial).toContain('DEVELOPMENT SIGN-IN: whoever reaches the gateway is whoever they say they are');
    const production = await notes('production');
    expect(production).toContain('export GATEWAY=https://mcp.example.com');
    expect(production).not.toMatch(/TRIAL|DEVELOPMENT/);
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
    ['runAsUser=0', "at '/runAsUser'"],
    ['worker.resources.limit.memory=1Gi', "at '/worker/resources': additional properties 'limit' not allowed"],
  ])('the value %s', async (value, message) => {
    await expect(template(...ENOUGH, ...DATABASES, `--set=${value}`)).rejects.toThrow(message);
  });
});
