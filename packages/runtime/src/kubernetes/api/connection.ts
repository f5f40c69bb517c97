import { Agent, type Dispatcher } from 'undici';
import { serviceAccountCredentials, type Credentials } from './credentials.js';

export interface ApiServerAddress {
  /** A kubeconfig file; undefined: the service account of the pod that this runs in. */
  kubeconfig: string | undefined;
  /** The URL of the API server that pods are told; the kubeconfig has its own. */
  apiServer: string | undefined;
}

interface Access {
  /** Without a slash at the end; may have a path. */
  server: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
}

/** The kernel finds out by then that a silent connection leads nowhere. */
const KEEP_ALIVE_DELAY_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Who we are to the API server. The official client makes a new TLS connection for each call, so this takes from it
 * what it knows about kubeconfig files, and keeps connections itself.
 * @throws Error when there is neither a kubeconfig nor a service account
 */
export const connect = async (address: ApiServerAddress): Promise<Connection> =>
  connectionWith(await credentialsOf(address));

interface Connection {
  access(): Promise<Access>;
  close(): Promise<void>;
}

/** Connections that are kept as long as the identity presents the same. */
export function connectionWith(credentials: Credentials): Connection {
  let agent: Agent | undefined;
  let agentFor = '';
  return {
    async access() {
      const { headers, tls } = await credentials.current();
      const presented = JSON.stringify(tls);
      if (!agent || presented !== agentFor) {
        void agent?.close(); // a renewed certificate; what runs on the old one may end
        agent = new Agent({
          connect: { ...tls, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, timeout: CONNECT_TIMEOUT_MS },
        });
        agentFor = presented;
      }
      return { server: credentials.server, headers, dispatcher: agent };
    },
    close: async () => agent?.destroy(),
  };
}

async function credentialsOf({ kubeconfig, apiServer }: ApiServerAddress): Promise<Credentials> {
  if (kubeconfig === undefined) {
    if (apiServer === undefined) throw new Error('KUBECONFIG is required outside of a cluster: a kubeconfig file');
    return serviceAccountCredentials(apiServer);
  }
  // Loaded only here: the official client takes 85 MB, which pods can do without.
  const { kubeconfigCredentials } = await import('./kubeconfig.js');
  return kubeconfigCredentials(kubeconfig);
}
