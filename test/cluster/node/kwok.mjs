import path from 'node:path';
import { kubectl } from '../control-plane/kubectl.mjs';
import { flags } from '../machine/command.mjs';
import { isRunning, startDaemon } from '../machine/daemon.mjs';
import { inNetwork } from '../machine/network.mjs';

const ANNOTATION = 'kwok.x-k8s.io/node';
const PODS = '10.250.0.0/16';

/**
 * Adds a node on which thousands of pods become Ready without running. Only pods that tolerate its taint, `kwok`, and
 * select it are scheduled there. A repeated call succeeds.
 * @param {import('../instance.mjs').Cluster} cluster
 * @returns {Promise<string>} the name of the node, which is also the value of its label kubernetes.io/hostname
 */
export async function startKwok({ instance, programs }) {
  const name = 'simulated';
  if (!isRunning(instance.folder, 'kwok')) {
    const values = flags({
      kubeconfig: path.join(instance.folder, 'admin.kubeconfig'),
      config: String(programs['stages.yaml']),
      cidr: PODS,
      'node-lease-duration-seconds': '40',
      'manage-nodes-with-annotation-selector': `${ANNOTATION}=${name}`,
    });
    startDaemon(instance.folder, 'kwok', [...inNetwork(instance), String(programs.kwok), ...values]);
  }
  const resources = { cpu: '10000', memory: '10000Gi', pods: '20000' };
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { [ANNOTATION]: name }, labels: { 'kubernetes.io/hostname': name, type: 'kwok' } },
    spec: { taints: [{ key: 'kwok', effect: 'NoSchedule' }] },
    status: { allocatable: resources, capacity: resources },
  };
  await kubectl({ instance, programs }, ['apply', '--server-side', '-f', '-'], JSON.stringify(node));
  await kubectl({ instance, programs }, ['wait', `node/${name}`, '--for=condition=Ready', '--timeout=60s']);
  return name;
}
