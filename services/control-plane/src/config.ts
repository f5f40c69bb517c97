import {
  callerFields,
  ConfigError,
  DatabaseUrl,
  List,
  PublicUrl,
  readConfig,
  redisFields,
  refuseExposedDevelopmentSignIn,
  RuntimeName,
  serviceFields,
} from '@mcp-gateway/platform/config';
import { z } from 'zod';

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  ...callerFields,
  MCP_GATEWAY_PUBLIC_URL: PublicUrl.optional(),
  DATABASE_URL: DatabaseUrl,
  RUNTIME: RuntimeName,
  WORKLOAD_IDENTITY_ROLES: List,
});
export type Config = z.infer<typeof Config>;

export const CONFIG_VARIABLES = Object.keys(Config.shape);

/** @throws ConfigError that names each variable that is missing or wrong, or says why the service must not start */
export function readControlPlaneConfig(environment: Record<string, string | undefined>): Config {
  const config = readConfig(Config, environment);
  const exposed = refuseExposedDevelopmentSignIn(config);
  if (exposed) throw new ConfigError(exposed);
  return config;
}
