import type { ConnectionOptions } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import type { Credentials } from './credentials.js';

/** @throws Error when the file cannot be read or names no cluster */
export function kubeconfigCredentials(file: string): Credentials {
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
