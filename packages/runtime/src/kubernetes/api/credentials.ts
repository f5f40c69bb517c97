import type { ConnectionOptions } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

export interface Access {
  /** Without a slash at the end; may have a path. */
  server: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
}

/** The kernel finds out by then that a silent connection leads nowhere. */
const KEEP_ALIVE_DELAY_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Who we are to the API server. The client's own requests make new TLS connections for each call, so this takes from it
 * what it knows about kubeconfig files, service accounts and tokens that expire, and keeps connections itself.
 * @throws Error when there is neither a kubeconfig nor a service account
 */
export function credentials(kubeconfig: string | undefined): { access(): Promise<Access>; close(): Promise<void> } {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`${kubeconfig ?? 'the service account'} names no cluster`);

  let agent: Agent | undefined;
  let agentFor = '';
  return {
    async access() {
      const options: ConnectionOptions & { headers?: Record<string, string> } = {};
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, servername, rejectUnauthorized, headers = {} } = options;
      const tls = Object.fromEntries(
        Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, value]) => value !== undefined),
      );
      const identity = JSON.stringify(tls);
      if (!agent || identity !== agentFor) {
        void agent?.close(); // a renewed certificate; what runs on the old one may end
        agent = new Agent({
          connect: { ...tls, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, timeout: CONNECT_TIMEOUT_MS },
        });
        agentFor = identity;
      }
      return { server: cluster.server.replace(/\/$/, ''), headers, dispatcher: agent };
    },
    close: async () => agent?.destroy(),
  };
}
