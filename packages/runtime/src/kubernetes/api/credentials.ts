import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

type Presented = 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized';

/** The address of the API server, and what authenticates this process there. */
export interface Credentials {
  /** The URL of the API server, without a slash at the end; it may have a path. */
  server: string;
  /** The credentials of this moment: tokens and certificates expire and are renewed. */
  current(): Promise<{
    headers: Record<string, string>;
    tls: { [Option in Presented]?: NonNullable<ConnectionOptions[Option]> };
  }>;
}

/** The folder in which the kubelet mounts the service account (Kubernetes, "Accessing the Kubernetes API from a Pod"). */
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
/** How long a token is used before the file is read again. The kubelet renews a token long before it expires. */
const TOKEN_MS = 60_000;

/**
 * The credentials of the service account of this pod.
 * @param server the URL of the API server
 * @throws Error when no account is mounted
 */
export function serviceAccountCredentials(server: string, folder = FOLDER, now: () => number = Date.now): Credentials {
  const file = join(folder, 'token');
  const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
  let token = readFileSync(file, 'utf8').trim();
  let readAt = now();
  return {
    server,
    async current() {
      if (now() - readAt > TOKEN_MS) {
        token = (await readFile(file, 'utf8')).trim();
        readAt = now();
      }
      return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
    },
  };
}

/** @throws Error when the file cannot be read or names no cluster */
export async function kubeconfigCredentials(file: string): Promise<Credentials> {
  // Imported here only: the official client takes 85 MB of memory, which a pod does not need.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(file);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`${file} names no cluster`);
  return {
    server: cluster.server.replace(/\/$/, ''),
    async current() {
      const options: ConnectionOptions & { headers?: Record<string, string> } = {};
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, servername, rejectUnauthorized, headers = {} } = options;
      const tls = Object.entries({ ca, cert, key, servername, rejectUnauthorized });
      return { headers, tls: Object.fromEntries(tls.filter(([, value]) => value !== undefined)) };
    },
  };
}
