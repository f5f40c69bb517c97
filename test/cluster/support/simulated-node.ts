import { startKwok } from '../node/kwok.mjs';
import { cluster } from './cluster.js';

/**
 * Makes sure that a node exists that simulates thousands of pods.
 * @returns the fields that a pod spec needs to be scheduled there
 */
export async function simulatedNode() {
  const name = await startKwok(cluster);
  return {
    nodeSelector: { 'kubernetes.io/hostname': name },
    tolerations: [{ key: 'kwok', operator: 'Exists', effect: 'NoSchedule' }],
  };
}
