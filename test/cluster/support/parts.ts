import { afterTests } from '../../support/after-tests.js';
import { apiServerReady } from '../control-plane/start.mjs';
import { killDaemon, startDaemonAgain } from '../machine/daemon.mjs';
import { nodeReady } from '../node/start.mjs';
import { cluster } from './cluster.js';

/** A part of the cluster that a test stops for a while. It runs again when the tests of the file have ended. */
function part(name: string, ready: () => Promise<unknown>) {
  const { folder } = cluster.instance;
  const start = async (): Promise<void> => {
    startDaemonAgain(folder, name);
    await ready();
  };
  return {
    /** Kills it, as a crash would; resolves when it has ended. */
    async stop(): Promise<void> {
      afterTests(start);
      await killDaemon(folder, name);
    },
    /** Resolves when it works again; does nothing when it runs. */
    start,
  };
}

export const apiServer = part('kube-apiserver', () => apiServerReady(cluster.instance));
export const kubelet = part('kubelet', () => nodeReady(cluster));
