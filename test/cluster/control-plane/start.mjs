import fs from 'node:fs';
import path from 'node:path';
import { flags } from '../machine/command.mjs';
import { startDaemon } from '../machine/daemon.mjs';
import { inNetwork } from '../machine/network.mjs';
import { daemonReady } from '../machine/ready.mjs';
import { kubectl } from './kubectl.mjs';

const ETCD = 'http://127.0.0.1:2379';
const PEERS = 'http://127.0.0.1:2380';

/** @typedef {import('../instance.mjs').Cluster} Cluster */

/**
 * Starts etcd, API server, controller-manager and scheduler with the settings of kubeadm that a client can notice.
 * @param {Cluster} cluster
 */
export async function startControlPlane({ instance, programs }) {
  const { folder, address, services } = instance;
  const file = (/** @type {string} */ name) => path.join(folder, name);
  const start = (/** @type {string} */ name, /** @type {Record<string, string>} */ values) =>
    startDaemon(folder, name, [...inNetwork(instance), String(programs[name]), ...flags(values)]);

  start('etcd', {
    'data-dir': file('etcd'),
    'unsafe-no-fsync': 'true', // its data does not outlive the cluster
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
    'tls-cert-file': file('kube-apiserver.crt'),
    'tls-private-key-file': file('kube-apiserver.key'),
    'client-ca-file': file('ca.crt'),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction', // in addition to the defaults, which include PodSecurity
    'service-account-key-file': file('service-accounts.pub'),
    'service-account-signing-key-file': file('service-accounts.key'),
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'kubelet-client-certificate': file('admin.crt'),
    'kubelet-client-key': file('admin.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'service-cluster-ip-range': services,
    'allow-privileged': 'true',
  });
  await apiServerReady(instance);
  start('kube-controller-manager', {
    kubeconfig: file('controller-manager.kubeconfig'),
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': file('service-accounts.key'),
    'root-ca-file': file('ca.crt'),
    // With the default rate, hundreds of pods take minutes.
    'kube-api-qps': '500',
    'kube-api-burst': '1000',
  });
  start('kube-scheduler', {
    kubeconfig: file('scheduler.kubeconfig'),
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
  });
  // A namespace refuses pods until it has its service account.
  await kubectl({ instance, programs }, ['wait', 'serviceaccount/default', '--for=create', '--timeout=60s']);
}

/**
 * @param {Cluster['instance']} instance
 * @throws Error when it has ended, or is not ready within a minute
 */
export async function apiServerReady({ folder, server }) {
  await daemonReady(folder, 'kube-apiserver', `${server}/readyz`, fs.readFileSync(path.join(folder, 'ca.crt')));
}
