import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AdapterStatus } from '@mcp-gateway/common/contracts';
import { freshNamespace } from '../cluster/support/namespace.js';
import { kubectl } from '../cluster/support/kubectl.js';
import type { Api, Spec } from '../support/api.js';
import { callModern, callText, connect, count, whoami } from '../support/clients.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { expectGolden } from './support/golden.js';
import { LOAD_MS, loadImages, release, TRIAL } from './support/release.js';
import { volume } from './support/volume.js';

const READY_MS = 90_000;
const EXAMPLE: Spec = {
  name: 'echo',
  imageName: 'mcp-example',
  imageVersion: 'test',
  replicaCount: 2,
  requiredRoles: ['reader'],
};

const namespace = freshNamespace();
const gateway = release('gw', namespace.name);
let api: Api;
let mcp: string;
/** Of the caller that uses the adapters. Another one, the administrator, manages them. */
let headers: Record<string, string>;

const install = () =>
  gateway.install(...TRIAL, `--set=trial.postgresql.persistence.storageClassName=${namespace.name}`);

beforeAll(async () => {
  await loadImages();
  await volume(namespace.name, 999);
  await install();
  api = await gateway.api();
  mcp = api.mcp('echo');
  headers = await gateway.headers('reader');
}, LOAD_MS);

const reasonOf = ({ conditions }: AdapterStatus, type: string) => conditions.find((each) => each.type === type)?.reason;

/** Names of the workload objects in the namespace of the adapters. */
const objects = async () =>
  (await gateway.adapters.kubectl('get', 'all,pdb,networkpolicy', '--output=name')).split('\n').filter(Boolean);

describe('a gateway that Helm installed', () => {
  it('passes its own Helm test', async () => {
    const output = await gateway.test();
    expect(output).toContain('ok: the control plane answers through it (/openapi.json: 200)');
    expect(output).not.toContain('FAILED');
  });

  it('waits for its databases, so that no container restarts', async () => {
    const { containers, restarted } = await namespace.restarts();
    expect(containers).toBeGreaterThan(4);
    expect(restarted).toEqual([]);
  });

  it('gives each service account exactly the rights of the golden file', async () => {
    const rights = [];
    for (const component of ['data-plane', 'control-plane', 'deployment-worker', 'tool-router']) {
      for (const [where, name] of [
        ['the namespace of the adapters', gateway.adapters.name],
        ['its own', namespace.name],
      ]) {
        const listed = await kubectl(
          'auth',
          'can-i',
          '--list',
          `--as=${gateway.account(component)}`,
          `--namespace=${name}`,
        );
        // Rows that begin with a space list URLs such as /version, which every account may read.
        const rows = listed
          .split('\n')
          .filter((row) => /^[a-z]/.test(row))
          .map((row) => row.replaceAll(/ +/g, ' '));
        rights.push(`${component} in ${where}`, ...rows.toSorted().map((row) => `  ${row}`));
      }
    }
    await expectGolden('test/chart/golden/rights.txt', `${rights.join('\n')}\n`);
  });

  it.each(['data-plane', 'tool-router'])('mounts no token into the %s, which does not use the API', async (name) => {
    const { spec } = await namespace.get<{ spec: { template: { spec: { automountServiceAccountToken: boolean } } } }>(
      gateway.deployment(name),
    );
    expect(spec.template.spec.automountServiceAccountToken).toBe(false);
  });
});

describe('an adapter', () => {
  it('is created through the Service, and answers clients of both eras there', async () => {
    await api.create(EXAMPLE);
    await api.ready('echo', READY_MS);
    const session = await connect(mcp, { headers });
    expect(await callText(session, 'add', { a: 2, b: 3 })).toBe('5');
    expect(await callModern(mcp, 'add', { a: 20, b: 30 }, headers)).toMatchObject({ status: 200, text: '50' });
    expect((await api.logs('echo')).trim()).toMatch(/^mcp-example listens on/);
  });

  it('cannot create adapters itself with the headers of development sign-in, neither through the gateway nor around it', async () => {
    const control = `http://gw-mcp-gateway-control-plane.${namespace.name}:8000`;
    const script = `
      const headers = { 'content-type': 'application/json', 'x-dev-roles': 'mcp.admin' };
      const body = JSON.stringify({ name: 'evil', imageName: 'mcp-example', imageVersion: 'test', replicaCount: 0 });
      for (const url of process.argv.slice(1)) {
        console.log((await fetch(url + '/adapters', { method: 'POST', headers, body })).status);
      }`;
    const node = ['node', '--input-type=module', '--eval', script, new URL(mcp).origin, control];
    expect(await gateway.adapters.kubectl('exec', 'adapter-echo-0', '--', ...node)).toBe('401\n401\n');
  });

  it('is counted by each service on the port of the metrics Service', async () => {
    const scraped = await gateway.scrape();
    for (const metric of ['requests_total', 'api_requests_total', 'reconciles_total']) {
      expect(scraped.filter((text) => text.includes(`\n# TYPE mcp_gateway_${metric} `))).toHaveLength(2);
    }
    expect(scraped).toHaveLength(8);
    expect(scraped.join('')).toMatch(/^mcp_gateway_requests_total\{kind="adapter",name="echo",era="modern",.*\} 1$/m);
  });

  it('scales to three replicas and down to one, and a session on the remaining replica continues', async () => {
    await api.update({ ...EXAMPLE, replicaCount: 3 });
    await api.ready('echo', READY_MS);
    const session = await waitFor('a session on the first replica', async () => {
      const opened = await connect(mcp, { headers });
      return (await whoami(opened)).replica === 'echo-0' && opened;
    });
    expect(await count(session)).toBe(1);
    await api.update({ ...EXAMPLE, replicaCount: 1 });
    await api.ready('echo', READY_MS);
    await becomesTrue(
      'one pod',
      async () => expect((await objects()).filter((name) => name.startsWith('pod/'))).toEqual(['pod/adapter-echo-0']),
      READY_MS,
    );
    expect(await count(session)).toBe(2);
  });

  it('rolls out a new version', async () => {
    await api.update({ ...EXAMPLE, environmentVariables: { VERSION: 'two' } });
    await api.ready('echo', READY_MS);
    const [pod] = (await gateway.adapters.get<{ items: { spec: { containers: { env: object[] }[] } }[] }>('pods'))
      .items;
    expect(pod?.spec.containers[0]?.env).toContainEqual({ name: 'VERSION', value: 'two' });
    expect(await callText(await connect(mcp, { headers }), 'add', { a: 1, b: 1 })).toBe('2');
  });

  it('keeps its old replicas when a version cannot run, reports the reason, and recovers', async () => {
    await api.update({ ...EXAMPLE, imageVersion: 'not-there' });
    await becomesTrue(
      'the reason',
      async () => {
        const status = await api.status('echo');
        expect(status.conditions.map(({ reason }) => reason)).toContainEqual(
          expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
        );
        expect(status.readyReplicas).toBeGreaterThan(0);
      },
      2 * READY_MS,
    );
    expect(await callText(await connect(mcp, { headers }), 'add', { a: 2, b: 2 })).toBe('4');
    await api.update(EXAMPLE);
    const status = await api.ready('echo', READY_MS);
    expect(reasonOf(status, 'Ready')).toBe('AllReplicasReady');
  });

  it('removes all its objects when it is deleted', async () => {
    expect((await objects()).length).toBeGreaterThan(0);
    await api.remove('echo');
    await becomesTrue('all objects to be removed', async () => expect(await objects()).toEqual([]), READY_MS);
    expect((await callModern(mcp, 'add', { a: 1, b: 1 }, headers)).status).toBe(404);
  });
});

describe('the release', () => {
  it('removes everything on uninstall except the volume of its database and the password for it', async () => {
    await api.create({ ...EXAMPLE, name: 'kept' });
    await api.ready('kept', READY_MS);
    await gateway.uninstall();
    await becomesTrue(
      'all objects to be removed',
      async () => {
        const kinds = 'all,pdb,networkpolicy,secret,role,rolebinding,persistentvolumeclaim';
        expect((await namespace.kubectl('get', kinds, '--output=name')).trim().split('\n').toSorted()).toEqual([
          'persistentvolumeclaim/data-gw-mcp-gateway-postgresql-0',
          'secret/api-keys', // not of the release
          'secret/gw-mcp-gateway-postgresql',
        ]);
        const namespaces = await kubectl('get', 'namespace', '--output=name');
        expect(namespaces.split('\n')).not.toContain(`namespace/${gateway.adapters.name}`);
      },
      READY_MS,
    );
  });

  it('serves its former adapters after a second install', async () => {
    await install();
    api = await gateway.api();
    await api.ready('kept', READY_MS);
    expect((await callModern(api.mcp('kept'), 'add', { a: 3, b: 4 }, headers)).text).toBe('7');
  });
});
