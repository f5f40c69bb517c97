import {
  auditFields,
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
  variablesOf,
} from '@mcp-gateway/platform/config';
import { signInFault, signInFields } from '@mcp-gateway/identity';
import { z } from 'zod';

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  ...callerFields,
  ...signInFields,
  ...auditFields,
  MCP_GATEWAY_PUBLIC_URL: PublicUrl.optional(),
  DATABASE_URL: DatabaseUrl,
  RUNTIME: RuntimeName,
  WORKLOAD_IDENTITY_ROLES: List,
});
export type Config = z.infer<typeof Config>;

export const CONFIG_VARIABLES = variablesOf(Config);

/** @throws ConfigError that names each variable that is missing or wrong, or says why the service must not start */
export function readControlPlaneConfig(environment: Record<string, string | undefined>): Config {
  const config = readConfig(Config, environment);
  const fault = signInFault(config) ?? refuseExposedDevelopmentSignIn(config);
  if (fault) throw new ConfigError(fault);
  return config;
}
