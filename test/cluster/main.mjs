// Runs a Kubernetes cluster on this machine, for tests. Without arguments it prints its commands.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './binaries/build.mjs';
import { instancesInUse } from './claim.mjs';
import { down, readCluster, up } from './cluster.mjs';
import { hold } from './hold.mjs';
import { exampleArchive } from './images/example.mjs';
import { gatewayArchives } from './images/gateway.mjs';
import { nodeBuildArchive } from './images/node.mjs';
import { instance } from './instance.mjs';
import { checkMachine, missingPackages } from './machine/check.mjs';
import { startKwok } from './node/kwok.mjs';
import { loadArchive } from './node/load.mjs';

const USAGE = `node test/cluster/main.mjs COMMAND [--instance N]

  packages      prints the packages of Debian that this machine lacks
  build         programs and images, into ~/.cache/mcp-gateway; the first time takes ten minutes
  images        the images of the gateway from this checkout, into the same folder; takes minutes after a change
  up            starts a cluster: instance N, else any that is free
  hold          the same, and ends it when standard input closes or a signal comes
  down          ends it and removes all that was of it
  load ARCHIVE  makes the images of a docker or OCI archive known to its node
  kwok          adds a node that only simulates its pods
  kubeconfig    prints the path of the administrator's

Several may run at once. Without --instance the commands after "hold" mean the one that runs.`;

/** @type {Record<string, () => Promise<unknown>>} */
const commands = {
  packages: async () => console.log(missingPackages().join(' ')),
  async build() {
    checkMachine();
    await build();
    await exampleArchive();
    await nodeBuildArchive();
  },
  images: gatewayArchives,
  up: async () => console.log(announcement(await up({ number }))),
  hold: () => hold({ number }),
  down: async () => down(await running()),
  load: async () => loadArchive(await cluster(), argument ?? fail('Which archive?')),
  kwok: async () => startKwok(await cluster()),
  kubeconfig: async () => console.log(kubeconfig((await cluster()).instance)),
};

const { values, positionals } = parseArgs({ options: { instance: { type: 'string' } }, allowPositionals: true });
const [name = '', argument] = positionals;
const number = values.instance === undefined ? undefined : Number(values.instance);

try {
  await (commands[name] ?? (() => fail(USAGE)))();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function running() {
  if (number !== undefined) return instance(number);
  const all = await instancesInUse();
  if (all[0] && all.length === 1) return all[0];
  return fail(
    all.length === 0 ? 'No cluster runs.' : `Several run: --instance ${all.map((each) => each.number).join('|')}`,
  );
}

async function cluster() {
  return readCluster((await running()).folder);
}

/** @param {import('./instance.mjs').Instance} of */
function kubeconfig({ folder }) {
  return path.join(folder, 'admin.kubeconfig');
}

/** @param {import('./instance.mjs').Cluster} cluster */
function announcement({ instance: of, programs }) {
  const folders = ['kubectl', 'helm'].map((program) => path.dirname(String(programs[program])));
  return `Instance ${of.number} is up.
  export KUBECONFIG=${kubeconfig(of)}
  export MCP_GATEWAY_TEST_CLUSTER=${of.folder}
  export PATH=${folders.join(':')}:$PATH
Pods and services have addresses that can be reached from here; DNS answers at ${of.address}.
End it: node test/cluster/main.mjs down --instance ${of.number}`;
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  throw new Error(message);
}
