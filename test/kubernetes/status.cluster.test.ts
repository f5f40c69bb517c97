import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AdapterStatus } from '@mcp-gateway/common/contracts';
import { scriptArchive } from '../cluster/images/script.mjs';
import { loadImage } from '../cluster/support/images.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import { example, type Spec } from '../support/api.js';
import { repository } from '../support/launch.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 90_000;
/** Listens, and answers 404 to everything. */
const NOT_FOUND = `import { createServer } from 'node:http';
createServer((_req, res) => res.writeHead(404).end()).listen(Number(process.env.PORT), '0.0.0.0');`;
const EATS_MEMORY = `const all = []; setInterval(() => all.push(Buffer.alloc(16 * 1024 * 1024, 1)), 10);`;
const FAILS = `console.error('no such table'); process.exit(3);`;

const namespace = freshNamespace();
let gateway: ClusterGateway;
beforeAll(async () => {
  const scripts = { 'not-found': NOT_FOUND, 'eats-memory': EATS_MEMORY, fails: FAILS };
  for (const [name, script] of Object.entries(scripts))
    await loadImage(await scriptArchive(`localhost/${name}:1`, script));
  const server = await readFile(repository('packages/runtime/test/server.mjs'), 'utf8');
  await loadImage(await scriptArchive('localhost/server:1', server));
  gateway = await startClusterGateway(namespace.name, { worker: { ALLOWED_SECRETS: 'mcp-' } });
}, 120_000);

const image = (name: string, imageName: string, more: object = {}): Spec => ({
  name,
  imageName,
  imageVersion: '1',
  ...more,
});
const conditionOf = ({ conditions }: AdapterStatus, type: string) => conditions.find((each) => each.type === type);

/** Waits until the status reports this reason for an adapter that is not ready. */
async function reported(
  name: string,
  reason: string,
): Promise<{ phase: string; message: string; status: AdapterStatus }> {
  return waitFor(
    `${name} to be ${reason}`,
    async () => {
      const status = await gateway.api.status(name);
      const ready = conditionOf(status, 'Ready');
      if (ready?.reason === reason) return { phase: status.phase, message: ready.message, status };
      throw new Error(JSON.stringify(status));
    },
    STEP_MS,
  );
}

const NODE_ONLY = { requests: { cpu: '900' } };

const REASONS: [what: string, reason: string, words: string | RegExp, spec: Spec][] = [
  ['an image that does not exist', 'ImagePullBackOff', 'localhost/never-built:1', image('nowhere', 'never-built')],
  ['more resources than any node has', 'Unschedulable', 'Insufficient cpu', example('huge', { resources: NODE_ONLY })],
  [
    'a server that keeps ending',
    'CrashLoopBackOff',
    /exit code 3.* GET \/adapters\/ends\/logs\?instance=0/,
    image('ends', 'fails'),
  ],
  [
    'too little memory',
    'CrashLoopBackOff',
    'OOMKilled',
    image('hungry', 'eats-memory', { resources: { limits: { memory: '64Mi' } } }),
  ],
  [
    'a Secret that does not exist',
    'CreateContainerConfigError',
    'secret "mcp-absent" not found',
    example('secretive', { secretEnvironment: { TOKEN: { secret: 'mcp-absent', key: 'token' } } }),
  ],
  [
    'a Secret that adapters may not use',
    'SecretNotAllowed',
    'TOKEN may not come from the Secret registry.',
    example('nosy', { secretEnvironment: { TOKEN: { secret: 'registry', key: 'token' } } }),
  ],
  [
    'a workload identity that is not configured',
    'WorkloadIdentityNotConfigured',
    'WORKLOAD_IDENTITY_SERVICE_ACCOUNT',
    example('identity', { useWorkloadIdentity: true }),
  ],
  [
    'a spec that the cluster refuses',
    'InvalidObject',
    'must be less than or equal to memory limit',
    example('invalid', { resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } }),
  ],
];

describe('the status of an adapter reports why it does not run:', () => {
  // All at once, because most of them wait for the kubelet's back-off.
  beforeAll(async () => {
    for (const [, , , spec] of REASONS) await gateway.api.create(spec);
  });

  it.each(REASONS)('%s', async (_what, reason, words, spec) => {
    const { phase, message } = await reported(spec.name, reason);
    expect(message).toMatch(words);
    expect(phase).toBe('Failed');
    await gateway.api.remove(spec.name);
  });

  it('a health check that fails', async () => {
    await gateway.api.create(image('sick', 'server', { environmentVariables: { HEALTH: '500' } }));
    await waitFor(
      'the status to report it',
      async () =>
        conditionOf(await gateway.api.status('sick'), 'Ready')?.message.includes('The health check answers 500.'),
      STEP_MS,
    );
    await gateway.api.remove('sick');
  });

  it('a quota, until it is raised', async () => {
    const quota = (pods: number) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few' },
      spec: { hard: { pods: String(pods) } },
    });
    await gateway.api.create(example('quota', { replicaCount: 1 }));
    await gateway.api.ready('quota', STEP_MS);
    const pods = async () => (await namespace.kubectl('get', 'pods', '--output=name')).trim().split('\n');
    await becomesTrue('pods of other adapters to be gone', async () => expect(await pods()).toHaveLength(1), STEP_MS);
    await namespace.apply(quota(1));
    await gateway.api.update(example('quota', { replicaCount: 2 }));
    expect((await reported('quota', 'QuotaExceeded')).message).toContain('exceeded quota: few');
    expect((await gateway.api.status('quota')).phase).toBe('Degraded');
    await namespace.apply(quota(100));
    await gateway.api.ready('quota', STEP_MS);
    await gateway.api.remove('quota');
  });
});

/** None has a field that conflicts with the worker's. */
const THEIRS = [
  { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None' } },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { maxUnavailable: 1 } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: {}, policyTypes: ['Ingress'] } },
];

describe("a foreign object with the name of one of the gateway's objects", () => {
  it.each(THEIRS)('stays as it is, and the status reports it as long as it exists: $kind', async (theirs) => {
    const name = `taken-${theirs.kind.toLowerCase()}`;
    const found = () => namespace.get<{ metadata: { uid: string }; spec: object }>(theirs.kind, `adapter-${name}`);
    await namespace.apply({ ...theirs, metadata: { name: `adapter-${name}` } });
    const before = await found();
    await gateway.api.create(example(name, { replicaCount: 2 }));
    // Pods wait for the network policy; with the other objects they serve.
    const [phase, ready] = theirs.kind === 'NetworkPolicy' ? ['Failed', 'False'] : ['Degraded', 'True'];
    await becomesTrue(
      'the status to report it',
      async () => {
        const status = await gateway.api.status(name);
        expect([status.phase, conditionOf(status, 'Ready')?.status]).toEqual([phase, ready]);
        expect(conditionOf(status, 'Progressing')?.message).toContain(`There is a ${theirs.kind} adapter-${name}`);
      },
      STEP_MS,
    );
    await gateway.api.remove(name);
    await waitFor(
      'the row to be removed',
      async () => (await gateway.api.list()).every((each) => each.name !== name),
      STEP_MS,
    );
    expect(await found()).toMatchObject({ metadata: { uid: before.metadata.uid }, spec: before.spec });
    expect((await found()).metadata).not.toHaveProperty('labels');
  });
});

describe('a server without the health endpoint', () => {
  it('gets a TCP check, and the status reports so', async () => {
    await gateway.api.create(image('plain', 'not-found'));
    const seen = await waitFor(
      'it to be ready',
      async () => {
        const now = await gateway.api.status('plain');
        return now.phase === 'Ready' && now;
      },
      STEP_MS,
    );
    expect(conditionOf(seen, 'HealthCheck')).toMatchObject({ reason: 'TcpOnly' });
  });
});

describe('a variable from a Secret', () => {
  it('gives its value to the server and not to the API', async () => {
    await namespace.kubectl('create', 'secret', 'generic', 'mcp-one', '--from-literal=token=hunter2');
    const spec = image('secret', 'server', { secretEnvironment: { TOKEN: { secret: 'mcp-one', key: 'token' } } });
    await gateway.api.create(spec);
    const url = await waitFor('its route', () => gateway.routed('secret')[0], STEP_MS);
    const { environment } = (await (await fetch(url)).json()) as { environment: Record<string, string> };
    expect(environment['TOKEN']).toBe('hunter2');
    expect(JSON.stringify([await gateway.api.get('secret'), await gateway.api.status('secret')])).not.toContain(
      'hunter2',
    );
  });
});
