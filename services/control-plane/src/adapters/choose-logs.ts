import { readConfig } from '@mcp-gateway/common/config';
import { processLogs, type LogReader } from '@mcp-gateway/runtime/logs';
import { clusterFields } from '@mcp-gateway/runtime/logs/cluster-fields';
import { z } from 'zod';

const ProcessConfig = z.object({
  PROCESS_LOGS: z.string().describe('the folder in which the process supervisor keeps the logs of replicas'),
});

/**
 * Reads logs where RUNTIME keeps them.
 * @throws ConfigError when its own part of the configuration is not complete
 */
export async function chooseLogs(
  runtime: 'process' | 'kubernetes',
  environment: Record<string, string | undefined>,
): Promise<LogReader> {
  if (runtime === 'process') return processLogs(readConfig(ProcessConfig, environment).PROCESS_LOGS);
  const { NAMESPACE, GATEWAY_NAME, KUBECONFIG } = readConfig(z.object(clusterFields), environment);
  // Loaded only here: the client of the cluster is large.
  const { kubernetesLogs } = await import('@mcp-gateway/runtime/logs/kubernetes');
  return kubernetesLogs({ namespace: NAMESPACE, gateway: GATEWAY_NAME, kubeconfig: KUBECONFIG });
}
