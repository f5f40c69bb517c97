import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@mcp-gateway/platform/serving';
import { createClient } from 'redis';
import { waitFor } from './wait.js';

const PROGRAM = 'redis-server';
export const hasRedisServer = spawnSync(PROGRAM, ['--version']).status === 0;

const PASSWORD = 'secret';
const HASH_SLOTS = 16_384;
const MASTERS = 3;
/** After this time a node counts as failing, and its replica asks for votes. */
const NODE_TIMEOUT_MS = 1_000;

interface Node {
  id: string;
  port: number;
  busPort: number;
  process: ChildProcess;
  exited: Promise<unknown>;
  folder: string;
}

export interface TestCluster {
  /** The URLs of the first three masters, separated by commas. */
  url: string;
  /** Kills the master of the key's slot, like a machine that fails; its replica takes over. */
  failMasterOf(key: string): Promise<{ restart(): Promise<void> }>;
  /** The number of masters that have keys. */
  mastersWithKeys(): Promise<number>;
  close(): Promise<void>;
}

/** Three masters with a replica each, real processes on loopback. */
export async function startRedisCluster(): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  const nodes: Node[] = [];
  for (let index = 0; index < 2 * MASTERS; index += 1) nodes.push(await startNode(join(folder, String(index))));
  const masters = nodes.slice(0, MASTERS);
  const [first] = masters as [Node, ...Node[]];
  for (const node of nodes) node.id = await call<string>(node, 'CLUSTER', 'MYID');
  for (const node of nodes.slice(1)) {
    await call(first, 'CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(node.busPort));
  }
  for (const [index, node] of masters.entries()) {
    const from = Math.ceil((index * HASH_SLOTS) / MASTERS);
    const to = Math.ceil(((index + 1) * HASH_SLOTS) / MASTERS) - 1;
    await call(node, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  }
  const knows = async (node: Node) => (await call<string>(node, 'CLUSTER', 'NODES')).trim().split('\n');
  for (const node of nodes)
    await waitFor('all nodes to be known', async () => (await knows(node)).length === nodes.length);
  for (const [index, replica] of nodes.slice(MASTERS).entries()) {
    await call(replica, 'CLUSTER', 'REPLICATE', masters[index]?.id ?? '');
  }
  const isOk = async (node: Node) => (await call<string>(node, 'CLUSTER', 'INFO')).includes('cluster_state:ok');
  for (const node of nodes) await waitFor('the cluster to be ok', () => isOk(node));
  for (const replica of nodes.slice(MASTERS)) await waitFor('the copy', () => isInSync(replica));

  const running = () => nodes.filter(({ process }) => process.exitCode === null && process.signalCode === null);
  const roles = async () => {
    const found = await Promise.all(
      running().map(async (node) => ({ node, role: (await call<[string]>(node, 'ROLE'))[0] })),
    );
    return found.filter(({ role }) => role === 'master').map(({ node }) => node);
  };
  return {
    url: masters.map(({ port }) => `redis://:${PASSWORD}@127.0.0.1:${port}`).join(','),
    async failMasterOf(key) {
      const slot = await call<number>(running()[0] as Node, 'CLUSTER', 'KEYSLOT', key);
      const slots = await call<[number, number, [string, number]][]>(running()[0] as Node, 'CLUSTER', 'SLOTS');
      const port = slots.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
      const master = nodes.find((node) => node.port === port) as Node;
      // Redis replicates asynchronously, and keys that have not been replicated are lost with the master.
      await waitFor('its replica to have everything', () => isCopied(master));
      master.process.kill('SIGKILL');
      await master.exited;
      const heir = async () => (await roles()).length === MASTERS;
      await waitFor('a replica to take over', heir, 15_000);
      for (const node of running()) await waitFor('the cluster to be ok again', () => isOk(node), 15_000);
      return {
        async restart() {
          Object.assign(master, await startNode(master.folder, master), { id: master.id });
          await waitFor('it to follow its heir', () => isInSync(master), 15_000);
        },
      };
    },
    async mastersWithKeys() {
      const sizes = await Promise.all((await roles()).map((node) => call<number>(node, 'DBSIZE')));
      return sizes.filter((size) => size > 0).length;
    },
    async close() {
      for (const { process } of nodes) process.kill('SIGKILL');
      await Promise.all(nodes.map(({ exited }) => exited));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const isInSync = async (node: Node) =>
  (await call<string>(node, 'INFO', 'replication')).includes('master_link_status:up');

async function isCopied(master: Node): Promise<boolean> {
  const about = await call<string>(master, 'INFO', 'replication');
  const written = /^master_repl_offset:(\d+)/m.exec(about)?.[1];
  return written !== undefined && about.includes(`state=online,offset=${written},`);
}

async function startNode(folder: string, at?: { port: number; busPort: number }): Promise<Node> {
  await mkdir(folder, { recursive: true });
  const { port, busPort } = at ?? { port: await freePort(), busPort: await freePort() };
  const settings = {
    bind: '127.0.0.1',
    port,
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-node-timeout': NODE_TIMEOUT_MS,
    'cluster-replica-validity-factor': 0,
    'repl-diskless-sync-delay': 0,
    requirepass: PASSWORD,
    masterauth: PASSWORD,
    appendonly: 'yes',
    save: '',
    dir: folder,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const process = spawn(PROGRAM, args, { stdio: 'ignore' });
  const node = { id: '', port, busPort, process, exited: once(process, 'exit'), folder };
  await waitFor('a node to answer', () =>
    call(node, 'PING').then(
      () => true,
      () => false,
    ),
  );
  return node;
}

async function call<Reply>({ port }: Pick<Node, 'port'>, ...command: string[]): Promise<Reply> {
  const client = createClient({ url: `redis://:${PASSWORD}@127.0.0.1:${port}`, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.sendCommand(command)) as Reply;
  } finally {
    client.destroy();
  }
}
