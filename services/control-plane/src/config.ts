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
import { apiKeyFields, signInFault, signInFields } from '@mcp-gateway/identity';
import { z } from 'zod';

const NOT_DAYS = 'must be a whole number of days from 1 to 3650';
const maxDays = z.coerce.number(NOT_DAYS).int(NOT_DAYS).min(1, NOT_DAYS).max(3_650, NOT_DAYS).default(365);

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  ...callerFields,
  ...signInFields,
  ...apiKeyFields,
  MCP_GATEWAY_API_KEY_MAX_DAYS: maxDays,
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
