import { readConfig } from '@mcp-gateway/platform/config';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Runtime } from '@mcp-gateway/runtime';
import type { ApiCallListener } from '@mcp-gateway/runtime/kubernetes';
import { kubernetesFields, kubernetesSettings } from '@mcp-gateway/runtime/kubernetes/configuration';
import { processRuntime } from '@mcp-gateway/runtime/process';
import { z } from 'zod';

const ProcessConfig = z.object({
  PROCESS_SUPERVISOR: z.string().describe('the path of the Unix socket on which the process supervisor listens'),
});

/**
 * The runtime that RUNTIME names, with its own part of the configuration.
 * @param onAnswer hears of each answer of the Kubernetes API
 * @throws ConfigError when that is not complete
 */
export async function chooseRuntime(
  name: 'process' | 'kubernetes',
  environment: Record<string, string | undefined>,
  log: Logger,
  onAnswer?: ApiCallListener,
): Promise<Runtime & { close(): Promise<void> }> {
  if (name === 'process') return processRuntime(readConfig(ProcessConfig, environment).PROCESS_SUPERVISOR);
  const settings = kubernetesSettings(readConfig(z.object(kubernetesFields), environment));
  // Loaded only here: who runs processes has no cluster.
  const { kubernetesRuntime } = await import('@mcp-gateway/runtime/kubernetes');
  return kubernetesRuntime(settings, log, onAnswer);
}
