import { startKwok } from '../node/kwok.mjs';
import { cluster } from './cluster.js';

/**
 * Sees to it that there is a node that simulates its pods, by the thousand.
 * @returns what the spec of a pod needs to be put there
 */
export async function simulatedNode() {
  const name = await startKwok(cluster);
  return {
    nodeSelector: { 'kubernetes.io/hostname': name },
    tolerations: [{ key: 'kwok', operator: 'Exists', effect: 'NoSchedule' }],
  };
}
