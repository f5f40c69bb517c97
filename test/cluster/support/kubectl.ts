import { join } from 'node:path';
import { kubectl as run } from '../control-plane/kubectl.mjs';
import { cluster } from './cluster.js';

/** The kubeconfig of the administrator. */
export const kubeconfig = join(cluster.instance.folder, 'admin.kubeconfig');

/**
 * Runs kubectl as the administrator.
 * @returns standard output
 * @throws Error with standard error when kubectl fails
 */
export const kubectl = (...args: string[]): Promise<string> => run(cluster, args);

interface Pod {
  metadata: { name: string };
  status: { containerStatuses?: ContainerStatus[] };
}

interface ContainerStatus {
  name: string;
  restartCount: number;
  lastState: { terminated?: { reason?: string; exitCode: number; message?: string } };
}

/** kubectl in a namespace. */
export function kubectlIn(namespace: string) {
  const inside = (...args: string[]) => kubectl('--namespace', namespace, ...args);

  const get = async <T>(...args: string[]) => JSON.parse(await inside('get', '--output=json', ...args)) as T;

  /** `pod/container: reason exitCode message`, then the last lines of the ended process. */
  async function describeRestart({ pod, container }: { pod: string; container: ContainerStatus }): Promise<string> {
    const { reason, exitCode, message } = container.lastState.terminated ?? {};
    const end = [reason, exitCode, message].filter((part) => part !== undefined).join(' ') || 'unknown end';
    const logs = await inside('logs', pod, `--container=${container.name}`, '--previous', '--tail=20').catch(String);
    return `${pod}/${container.name}: ${end}\n${logs}`;
  }

  return {
    kubectl: inside,

    /** The object or the list that `kubectl get` prints. */
    get,

    /** Server-side apply, in the order of the items. */
    async apply(...items: object[]): Promise<void> {
      const args = ['--namespace', namespace, 'apply', '--server-side', '--field-manager=test', '--filename=-'];
      await run(cluster, args, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    },

    /** Waits until all pods of the workload's current revision are ready. */
    rolledOut: (workload: string) => inside('rollout', 'status', workload, '--timeout=180s'),

    /** Counts the containers of all pods, and describes each that has restarted: how it ended, and its last log lines. */
    async restarts(): Promise<{ containers: number; restarted: string[] }> {
      const { items } = await get<{ items: Pod[] }>('pods');
      const all = items.flatMap(({ metadata, status }) =>
        (status.containerStatuses ?? []).map((container) => ({ pod: metadata.name, container })),
      );
      const restarted = all.filter(({ container }) => container.restartCount > 0);
      return { containers: all.length, restarted: await Promise.all(restarted.map(describeRestart)) };
    },
  };
}
