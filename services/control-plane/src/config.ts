import { statSync } from 'node:fs';
import {
  auditFields,
  callerFields,
  ConfigError,
  DatabaseUrl,
  internalFields,
  List,
  proxyFields,
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

/** Settings of credentials for requests to servers. */
const credentialFields = { MCP_GATEWAY_CREDENTIALS_DIR: z.string().optional() };

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
  MCP_GATEWAY_TLS_CERT_FILE: z.string().optional(),
  MCP_GATEWAY_TLS_KEY_FILE: z.string().optional(),
  /** Authorities of the certificates that callers must have. */
  MCP_GATEWAY_TLS_CLIENT_CA_FILE: z.string().optional(),
  RUNTIME: RuntimeName,
  WORKLOAD_IDENTITY_ROLES: List,
  ...internalFields,
  ...proxyFields,
  ...credentialFields,
});
export type Config = z.infer<typeof Config>;

export const CONFIG_VARIABLES = variablesOf(Config);

/** @throws ConfigError that names each variable that is missing or wrong, or says why the service must not start */
export function readControlPlaneConfig(environment: Record<string, string | undefined>): Config {
  const config = readConfig(Config, environment);
  const fault = signInFault(config) ?? refuseExposedDevelopmentSignIn(config) ?? credentialsFault(config);
  if (fault) throw new ConfigError(fault);
  return config;
}

/** Says why a service must not start with these settings of credentials. */
function credentialsFault(config: Config): string | undefined {
  const { MCP_GATEWAY_CREDENTIALS_DIR: folder, MCP_GATEWAY_INTERNAL_SECRETS: secrets } = config;
  if (folder === undefined) return undefined;
  if (secrets === undefined) {
    return 'MCP_GATEWAY_CREDENTIALS_DIR needs MCP_GATEWAY_INTERNAL_SECRETS, by which the data plane proves that it may get credentials; make one with: openssl rand -base64 32';
  }
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return `MCP_GATEWAY_CREDENTIALS_DIR must name a folder; ${folder} is none.`;
}
