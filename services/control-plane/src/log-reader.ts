import { readConfig } from '@mcp-gateway/platform/config';
import { processLogs, type LogReader } from '@mcp-gateway/runtime/logs';
import { clusterAddress, clusterFields } from '@mcp-gateway/runtime/logs/cluster-fields';
import { z } from 'zod';

const ProcessConfig = z.object({
  PROCESS_LOGS: z.string().describe('the folder in which the process supervisor keeps the logs of replicas'),
});

/**
 * Reads logs where RUNTIME keeps them.
 * @throws ConfigError when its own part of the configuration is not complete
 */
export async function createLogReader(
  runtime: 'process' | 'kubernetes',
  environment: Record<string, string | undefined>,
): Promise<LogReader> {
  if (runtime === 'process') return processLogs(readConfig(ProcessConfig, environment).PROCESS_LOGS);
  const config = readConfig(z.object(clusterFields), environment);
  // Loaded on demand: the process runtime needs no Kubernetes client.
  const { kubernetesLogs } = await import('@mcp-gateway/runtime/logs/kubernetes');
  return kubernetesLogs({ namespace: config.NAMESPACE, gateway: config.GATEWAY_NAME, ...clusterAddress(config) });
}
