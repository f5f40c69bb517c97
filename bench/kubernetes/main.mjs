// Measures what many adapters cost: a worker, a real API server, and a node that only simulates its pods.
//
//   node bench/kubernetes/main.mjs [ADAPTERS]     default 500; takes about five minutes
//
// Needs the same programs as the test cluster (test/cluster); with MCP_GATEWAY_TEST_CLUSTER it uses that running cluster.
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readCluster } from '../../test/cluster/cluster.mjs';
import { kubectl } from '../../test/cluster/control-plane/kubectl.mjs';
import { hold } from '../../test/cluster/jest/holder.mjs';
import { startKwok } from '../../test/cluster/node/kwok.mjs';
import { cpuSeconds, residentMegabytes } from '../processes.mjs';
import { apiRequests } from './figures.mjs';
import { startGateway } from './gateway.mjs';

const ADAPTERS = Number(process.argv[2] ?? 500);
const AT_ONCE = 20;
const REST_SECONDS = 60;
const READY_MS = 600_000;

const NAMESPACE = 'bench';
const print = (what, value) => console.log(`${what.padEnd(64)} ${value}`);
const secondsSince = (began) => (performance.now() - began) / 1_000;

const reused = process.env.MCP_GATEWAY_TEST_CLUSTER;
const held = reused ? undefined : await hold();
const cluster = readCluster(reused ?? held.folder);
const run = (...args) => kubectl(cluster, args);
let gateway;
let simulated;
try {
  await run('create', 'namespace', NAMESPACE);
  // Pods of adapters have no node selector, so the simulated node must be the only one that accepts pods.
  simulated = await startKwok(cluster);
  await run('taint', 'node', simulated, 'kwok-');
  await run('cordon', 'node');
  gateway = await startGateway(cluster, NAMESPACE);
  console.log(`${cpus().length} cores, ${cpus()[0].model}; ${ADAPTERS} adapters of one replica`);

  let before = await apiRequests(cluster);
  const began = performance.now();
  const names = Array.from({ length: ADAPTERS }, (_, index) => `many-${index}`);
  for (let at = 0; at < ADAPTERS; at += AT_ONCE) {
    await Promise.all(names.slice(at, at + AT_ONCE).map((name) => gateway.create(name)));
  }
  await ready(ADAPTERS);
  const took = secondsSince(began);
  const first = await apiRequests(cluster, before);
  print('registered until all are Ready', `${took.toFixed(0)} s`);
  print('  of them in a second', (ADAPTERS / took).toFixed(1));
  print('  requests of the worker for each, without its watches', (first / ADAPTERS).toFixed(2));
  print(
    '  processor time of the worker for each',
    `${((cpuSeconds(gateway.worker.pid) / ADAPTERS) * 1_000).toFixed(0)} ms`,
  );

  before = await apiRequests(cluster);
  const cpu = cpuSeconds(gateway.worker.pid);
  await delay(REST_SECONDS * 1_000);
  print(`a minute at rest: requests to the API server`, String(await apiRequests(cluster, before)));
  const share = ((cpuSeconds(gateway.worker.pid) - cpu) / REST_SECONDS) * 100;
  print('  processor of the worker', `${share.toFixed(1)} % of one core`);
  print('  memory of the worker', `${residentMegabytes(gateway.worker.pid).toFixed(0)} MB`);

  before = await apiRequests(cluster);
  await gateway.restartWorker();
  await delay(REST_SECONDS * 1_000);
  print('a worker that starts: requests in its first minute', String(await apiRequests(cluster, before)));
  print('  processor time in it', `${cpuSeconds(gateway.worker.pid).toFixed(1)} s`);
  print('  memory then', `${residentMegabytes(gateway.worker.pid).toFixed(0)} MB`);
} finally {
  await gateway?.stop();
  await run('delete', 'namespace', NAMESPACE, '--wait=false').catch(() => {});
  await run('uncordon', 'node').catch(() => {});
  if (simulated) await run('taint', 'node', simulated, 'kwok=:NoSchedule').catch(() => {});
  await held?.end();
}

async function ready(count) {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const phases = await gateway.phases();
    if (phases.Ready === count) return;
    if (Date.now() > deadline) throw new Error(`not all are Ready: ${JSON.stringify(phases)}`);
    await delay(250);
  }
}
