import { ConfigError } from '@mcp-gateway/platform/config';

/** In the order of their ports. */
const SERVICES = ['data-plane', 'control-plane', 'deployment-worker'];

const MAX_PORT = 65_535;

/** Where a service has its metrics: the port that is set is the data plane's, and the others have the next ones. 0: any each. */
export function metricsEnvironment(
  service: string,
  config: { MCP_GATEWAY_METRICS_PORT?: number | undefined; MCP_GATEWAY_METRICS_HOST: string },
): Record<string, string> {
  const { MCP_GATEWAY_METRICS_PORT: first, MCP_GATEWAY_METRICS_HOST } = config;
  if (first === undefined) return {};
  if (first > MAX_PORT - 2) {
    throw new ConfigError(
      `MCP_GATEWAY_METRICS_PORT must be at most ${MAX_PORT - 2}: other services have the next two.`,
    );
  }
  const port = first === 0 ? 0 : first + SERVICES.indexOf(service);
  return { MCP_GATEWAY_METRICS_PORT: String(port), MCP_GATEWAY_METRICS_HOST };
}
