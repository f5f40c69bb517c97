/** @jest-environment <rootDir>/test/cluster/jest/own-cluster.mjs */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { apiServer, kubelet } from '../cluster/support/parts.js';
import { example } from '../support/api.js';
import { waitFor } from '../support/wait.js';
import { callSteadily, tableOf, type Met } from './support/clients.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 120_000;
const CLIENTS = 5;
/** The time without faults before each fault, and after the recovery. */
const QUIET_MS = 2_000;
const API_OUTAGE_MS = 30_000;
/** Failures that no gateway can prevent: the call was under way when the process ended, or no replica served for 15 seconds. */
const SPARED = /may or may not have run|No replica of the adapter is ready.* after (1[5-9]|[2-5]\d) s/;
/** Faults that strike at the same time. More of them would measure how fast one machine starts pods. */
const AT_ONCE = 2;

interface Fault {
  what: string;
  name: string;
  replicas: number;
  strike: () => Promise<unknown>;
  /** Further failures that are allowed, because the process is killed without a warning. */
  lost?: RegExp;
}

const namespace = freshNamespace();
const met = new Map<string, Met>();
let gateway: ClusterGateway;

const rollOut = (name: string, replicaCount: number) =>
  gateway.api.update(example(name, { replicaCount, environmentVariables: { NEXT: '1' } }));

/** Each fault has an adapter of its own. */
const faults: Fault[] = [
  {
    what: 'pod deleted',
    name: 'deleted',
    replicas: 1,
    strike: () => namespace.kubectl('delete', 'pod', 'adapter-deleted-0', '--wait=false'),
  },
  {
    what: 'pod deleted by force',
    name: 'forced',
    replicas: 1,
    strike: () => namespace.kubectl('delete', 'pod', 'adapter-forced-0', '--force', '--grace-period=0'),
    lost: /Session not found/,
  },
  {
    what: 'rollout, one replica',
    name: 'one',
    replicas: 1,
    strike: () => rollOut('one', 1),
  },
  {
    what: 'rollout, two replicas',
    name: 'two',
    replicas: 2,
    strike: () => rollOut('two', 2),
  },
  {
    what: 'StatefulSet deleted',
    name: 'removed',
    replicas: 1,
    strike: () => namespace.kubectl('delete', 'statefulset', 'adapter-removed', '--wait=false'),
  },
  {
    what: 'StatefulSet scaled to 0',
    name: 'scaled',
    replicas: 1,
    strike: () => namespace.kubectl('scale', 'statefulset', 'adapter-scaled', '--replicas=0'),
  },
];

const uids = async (name: string) =>
  (
    await namespace.kubectl(
      'get',
      'pods',
      `--selector=mcp-gateway.io/kind=adapter,mcp-gateway.io/name=${name}`,
      '--output=name',
      '-o=jsonpath={.items[*].metadata.uid}',
    )
  )
    .split(' ')
    .filter(Boolean);

const ready = (name: string) => gateway.api.ready(name, STEP_MS);

/** Runs clients during a fault and records their failures as one row of the table. */
async function underLoad(what: string, name: string, happens: () => Promise<unknown>): Promise<Met> {
  const clients = await callSteadily(gateway.api.mcp(name), CLIENTS);
  await delay(QUIET_MS);
  await happens();
  await delay(QUIET_MS);
  const seen = await clients.stop();
  met.set(what, seen);
  return seen;
}

const failures = ({ sessions, stateless, opened }: Met) => [
  ...sessions.failures,
  ...stateless.failures,
  ...opened.failures,
];

async function strikeUnderLoad({ what, name, strike, lost }: Fault) {
  const row = await underLoad(what, name, async () => {
    const before = await uids(name);
    await strike();
    await waitFor(
      `${name} to be replaced`,
      async () => (await uids(name)).every((uid) => !before.includes(uid)),
      STEP_MS,
    );
    await ready(name);
  });
  return { what, failures: failures(row).filter((failure) => !SPARED.test(failure) && !lost?.test(failure)) };
}

beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name, {
    worker: { ADAPTER_DRAIN_SECONDS: '5' },
  });
  for (const { name, replicas } of faults) await gateway.api.create(example(name, { replicaCount: replicas }));
  await gateway.api.create(example('echo'));
  for (const { name } of [...faults, { name: 'echo' }]) await ready(name);
});
afterAll(() => {
  process.stdout.write(`\n${tableOf(met)}\n`);
});

describe('five clients in sessions and five without, two calls a second each, see no error', () => {
  it('while pods and StatefulSets are deleted, replaced and scaled', async () => {
    const rows: Awaited<ReturnType<typeof strikeUnderLoad>>[] = [];
    for (let next = 0; next < faults.length; next += AT_ONCE) {
      rows.push(...(await Promise.all(faults.slice(next, next + AT_ONCE).map(strikeUnderLoad))));
    }
    expect(rows.filter((row) => row.failures.length > 0)).toEqual([]);
  });

  it('while the API server is unavailable for half a minute, and the kubelet comes back late', async () => {
    const row = await underLoad('API server unavailable for 30 s', 'echo', async () => {
      await apiServer.stop();
      await delay(API_OUTAGE_MS);
      await apiServer.start();
      await ready('echo');
      await delay(15_000); // the node controller may notice only now that the node has been silent
      await ready('echo');
    });
    expect(failures(row)).toEqual([]);
  });

  it('while the node is NotReady because its kubelet has ended', async () => {
    const row = await underLoad('node NotReady', 'echo', async () => {
      // The node controller marks pods only when it finds a Ready node silent; it may still call this one NotReady after the previous fault.
      await kubelet.start();
      await kubelet.stop();
      await namespace.kubectl('wait', 'pod/adapter-echo-0', '--for=condition=Ready=False', '--timeout=120s');
      await delay(10_000);
      await kubelet.start();
      await ready('echo');
    });
    expect(failures(row)).toEqual([]);
  });
});
