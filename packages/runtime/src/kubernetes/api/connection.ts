import { Agent, type Dispatcher } from 'undici';
import { kubeconfigCredentials, serviceAccountCredentials, type Credentials } from './credentials.js';

export interface ApiServerAddress {
  /** A kubeconfig file; undefined for the service account of this pod. */
  kubeconfig: string | undefined;
  /** The URL of the API server from the environment of this pod. A kubeconfig has its own. */
  apiServer: string | undefined;
}

interface Access {
  /** The URL of the API server, without a slash at the end; it may have a path. */
  server: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
}

/** After this time the kernel probes a silent connection, and so detects a dead one. */
const KEEP_ALIVE_DELAY_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects with the credentials of the kubeconfig or of the service account. The official client opens a TLS connection for each
 * request, so this module uses the client to read kubeconfig files only, and keeps connections itself.
 * @throws Error when there is neither a kubeconfig nor a service account
 */
export const connect = async (address: ApiServerAddress): Promise<Connection> =>
  connectionWith(await credentialsOf(address));

interface Connection {
  access(): Promise<Access>;
  close(): Promise<void>;
}

/** Keeps its connections as long as the credentials present the same certificate. */
export function connectionWith(credentials: Credentials): Connection {
  let agent: Agent | undefined;
  let agentFor = '';
  return {
    async access() {
      const { headers, tls } = await credentials.current();
      const presented = JSON.stringify(tls);
      if (!agent || presented !== agentFor) {
        void agent?.close(); // the certificate was renewed; requests on the old connections may finish
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
  return kubeconfigCredentials(kubeconfig);
}
