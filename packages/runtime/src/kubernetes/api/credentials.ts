import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

type Presented = 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized';

/** Where the API server is, and who we are to it. */
export interface Credentials {
  /** Without a slash at the end; may have a path. */
  server: string;
  /** As they are now: tokens and certificates expire and are renewed. */
  current(): Promise<{
    headers: Record<string, string>;
    tls: { [Option in Presented]?: NonNullable<ConnectionOptions[Option]> };
  }>;
}

/** Where the kubelet puts it (Kubernetes, "Accessing the Kubernetes API from a Pod"). */
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet renews a token long before its end, and the file then holds the new one. */
const TOKEN_MS = 60_000;

/**
 * The account of the pod that this runs in.
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
