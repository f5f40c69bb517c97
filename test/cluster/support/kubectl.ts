import { join } from 'node:path';
import { kubectl as run } from '../control-plane/kubectl.mjs';
import { cluster } from './cluster.js';

/** A file for clients that are to be the administrator. */
export const kubeconfig = join(cluster.instance.folder, 'admin.kubeconfig');

/**
 * As the administrator.
 * @returns what it printed
 * @throws Error with what it said when it fails
 */
export const kubectl = (...args: string[]): Promise<string> => run(cluster, args);

/** kubectl in a namespace. */
export function kubectlIn(namespace: string) {
  const inside = (...args: string[]) => kubectl('--namespace', namespace, ...args);
  return {
    kubectl: inside,

    /** The object, or the list, that `kubectl get` finds. */
    async get<T>(...args: string[]): Promise<T> {
      return JSON.parse(await inside('get', '--output=json', ...args)) as T;
    },

    /** Server-side apply, in the order given. */
    async apply(...items: object[]): Promise<void> {
      const args = ['--namespace', namespace, 'apply', '--server-side', '--field-manager=test', '--filename=-'];
      await run(cluster, args, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    },

    /** Waits until the workload has as many ready pods of its present version as it should. */
    rolledOut: (workload: string) => inside('rollout', 'status', workload, '--timeout=60s'),
  };
}
