import { isIPv6 } from 'node:net';
import { z } from 'zod';

export const Label = (what: string) =>
  z
    .string()
    .max(63, 'must be at most 63 characters')
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
    .describe(what);

/** Settings of every service that uses the Kubernetes API. */
export const clusterFields = {
  NAMESPACE: Label('the namespace in which adapters run').default('adapter'),
  GATEWAY_NAME: Label('marks what belongs to this gateway').default('mcp-gateway'),
  KUBECONFIG: z.string().optional(),
  /** Kubernetes sets these two in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.string().optional(),
};
const ClusterConfig = z.object(clusterFields);

/** The address of the API server from these settings. */
export function clusterAddress(config: z.infer<typeof ClusterConfig>) {
  const { KUBECONFIG: kubeconfig, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = config;
  const apiServer = host === undefined ? undefined : `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return { kubeconfig, apiServer };
}
