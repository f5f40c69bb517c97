import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './command.mjs';
import { pidOf, startDaemon } from './daemon.mjs';
import { inNetwork } from './network.mjs';

const READY_MS = 60_000;
const POLL_MS = 50;
const ANSWER_MS = 5_000;
const KUBECTL_MS = 120_000;
const ETCD = 'http://127.0.0.1:2379';
const PEERS = 'http://127.0.0.1:2380';

/** @typedef {import('./cluster.mjs').Cluster} Cluster */

/**
 * etcd, API server, controller-manager and scheduler, as kubeadm would configure them where it matters to a client.
 * @param {Cluster} cluster
 */
export async function startControlPlane({ instance, programs }) {
  const { folder, address, services } = instance;
  const start = (/** @type {string} */ name, /** @type {Record<string, string>} */ flags) =>
    startDaemon(folder, name, [
      ...inNetwork(instance),
      String(programs[name]),
      ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    ]);

  start('etcd', {
    'data-dir': path.join(folder, 'etcd'),
    'unsafe-no-fsync': 'true', // what is in it does not outlive the cluster
    'listen-client-urls': ETCD,
    'advertise-client-urls': ETCD,
    'listen-peer-urls': PEERS,
    'initial-advertise-peer-urls': PEERS,
    'initial-cluster': `default=${PEERS}`,
  });
  start('kube-apiserver', {
    'etcd-servers': ETCD,
    'bind-address': address,
    'advertise-address': address,
    'secure-port': new URL(instance.server).port,
    'tls-cert-file': 'kube-apiserver.crt',
    'tls-private-key-file': 'kube-apiserver.key',
    'client-ca-file': 'ca.crt',
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction', // beside the default ones, of which PodSecurity is one
    'service-account-key-file': 'service-accounts.pub',
    'service-account-signing-key-file': 'service-accounts.key',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'kubelet-client-certificate': 'admin.crt',
    'kubelet-client-key': 'admin.key',
    'kubelet-preferred-address-types': 'InternalIP',
    'service-cluster-ip-range': services,
    'allow-privileged': 'true',
  });
  await apiServerReady(instance);
  start('kube-controller-manager', {
    kubeconfig: 'controller-manager.kubeconfig',
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': 'service-accounts.key',
    'root-ca-file': 'ca.crt',
    // The default rate makes hundreds of pods a matter of minutes.
    'kube-api-qps': '500',
    'kube-api-burst': '1000',
  });
  start('kube-scheduler', {
    kubeconfig: 'scheduler.kubeconfig',
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
  });
  // Pods are refused in a namespace until it has its service account.
  await kubectl({ instance, programs }, ['wait', 'serviceaccount/default', '--for=create', '--timeout=60s']);
}

/**
 * @param {Cluster['instance']} instance
 * @throws Error when it has ended, or is not ready within a minute
 */
export async function apiServerReady({ folder, server }) {
  const ca = fs.readFileSync(path.join(folder, 'ca.crt'));
  const deadline = Date.now() + READY_MS;
  while (!(await isReady(`${server}/readyz`, ca))) {
    pidOf(folder, 'kube-apiserver');
    if (Date.now() > deadline) throw new Error(`The API server is not ready after a minute; see ${folder}.`);
    await delay(POLL_MS);
  }
}

/**
 * @param {string} url
 * @param {Buffer} ca
 * @returns {Promise<boolean>}
 */
function isReady(url, ca) {
  return new Promise((resolve) => {
    https
      .get(url, { ca, timeout: ANSWER_MS, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      })
      .on('timeout', function () {
        this.destroy();
      })
      .on('error', () => resolve(false));
  });
}

/**
 * As the administrator.
 * @param {Cluster} cluster
 * @param {readonly string[]} args
 * @param {string} [input]
 */
export function kubectl({ instance, programs }, args, input = '') {
  const kubeconfig = path.join(instance.folder, 'admin.kubeconfig');
  return run(String(programs.kubectl), ['--kubeconfig', kubeconfig, ...args], { input, timeout: KUBECTL_MS });
}
