import { afterTests } from '../../support/after-tests.js';
import { apiServerReady } from '../control-plane/start.mjs';
import { killDaemon, startDaemonAgain } from '../machine/daemon.mjs';
import { nodeReady } from '../node/start.mjs';
import { cluster } from './cluster.js';

/** A part of the cluster that a test takes away for a while. It is back when the tests of the file are done. */
function part(name: string, ready: () => Promise<unknown>) {
  const { folder } = cluster.instance;
  const start = async (): Promise<void> => {
    startDaemonAgain(folder, name);
    await ready();
  };
  return {
    /** As a crash would; resolves when it has ended. */
    async stop(): Promise<void> {
      afterTests(start);
      await killDaemon(folder, name);
    },
    /** Resolves when it is at work again; one that runs is left alone. */
    start,
  };
}

export const apiServer = part('kube-apiserver', () => apiServerReady(cluster.instance));
export const kubelet = part('kubelet', () => nodeReady(cluster));
