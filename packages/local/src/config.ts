import { fileURLToPath } from 'node:url';
import {
  auditFields,
  callerFields,
  DatabaseUrl,
  drainFields,
  LogLevel,
  metricsFields,
  redisFields,
  trafficFields,
} from '@mcp-gateway/platform/config';
import { apiKeyFields, signInFields } from '@mcp-gateway/identity';
import { z } from 'zod';

/** Settings of `npm start`. */
export const Config = z.object({
  ...callerFields,
  ...signInFields,
  ...apiKeyFields,
  ...auditFields,
  MCP_GATEWAY_LOG_LEVEL: LogLevel.default('warn'),
  MCP_GATEWAY_DATA: z.string().default(fileURLToPath(new URL('../../../.data', import.meta.url))),
  MCP_GATEWAY_CATALOGUE: z.string().optional(),
  DATABASE_URL: DatabaseUrl.optional(),
  REDIS_URL: redisFields.REDIS_URL.optional(),
  REDIS_CLUSTER: redisFields.REDIS_CLUSTER,
  REDIS_PREFIX: redisFields.REDIS_PREFIX,
  MCP_GATEWAY_SESSION_KEYS: z.string().optional().meta({ secret: true }),
  MCP_GATEWAY_CREDENTIALS_DIR: z.string().optional(),
  ...trafficFields,
  ...drainFields,
  ...metricsFields,
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
});
export type Config = z.infer<typeof Config>;
