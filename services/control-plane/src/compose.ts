import type { Server } from 'node:http';
import type { AuditTrail } from '@mcp-gateway/audit';
import type { ResourceRef, ToolResource, ToolSpec } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import {
  adapterRows,
  type AdapterRows,
  apiKeyRows,
  type ApiKeyRows,
  auditRows,
  changeRows,
  type Database,
  tenantRows,
  type TenantRows,
  toolDefinitionRows,
  toolRows,
  toolsOfAdapter,
  toolsetRows,
} from '@mcp-gateway/database';
import { type ApiKeyPublisher, apiKeyVerifier, ownServices, type SignInRequest } from '@mcp-gateway/identity';
import { readConfig } from '@mcp-gateway/platform/config';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { TlsFiles } from '@mcp-gateway/platform/serving';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import { processLogs, type LogReader } from '@mcp-gateway/runtime/logs';
import { clusterAddress, clusterFields } from '@mcp-gateway/runtime/logs/cluster-fields';
import { quotaLedger, tenantPublisher } from '@mcp-gateway/quotas';
import { sessionRecords } from '@mcp-gateway/sessions';
import type { Express } from 'express';
import { z } from 'zod';
import { adapterDefinition } from './adapters/definition.js';
import { apiKeyRoutes } from './api-keys/routes.js';
import { apiKeyService, databaseKeys } from './api-keys/service.js';
import { createApp, type AppParts } from './app.js';
import { auditRequests } from './audit/requests.js';
import { auditRoutes } from './audit/routes.js';
import { type CredentialBroker, credentialBroker } from './credentials/broker.js';
import { credentialRoutes } from './credentials/routes.js';
import { tokenEndpoint } from './credentials/token-endpoint.js';
import { changeLog } from './events/change-log.js';
import { eventRoutes } from './events/routes.js';
import { settleOrigin } from './http/origin.js';
import { createApiServer } from './http/server.js';
import { instrumentApi } from './metrics.js';
import { managementPaths } from './openapi/management-paths.js';
import { permissionRoutes } from './permissions/routes.js';
import { registryRoutes } from './registry/routes.js';
import { logRoutes, type LogRoutesParts, resourceRoutes } from './resources/routes.js';
import { type ResourceLimits, resourceService } from './resources/service.js';
import type { MayUseWorkloadIdentity } from './resources/workload-identity.js';
import { sessionRoutes } from './sessions/routes.js';
import type { SessionService } from './sessions/service.js';
import { tenantDirectory, type TenantDirectory } from './tenants/directory.js';
import { resourceLimits, toolsetLimits } from './tenants/resource-limits.js';
import { tenantRoutes } from './tenants/routes.js';
import { tenantService } from './tenants/service.js';
import { definitionLock } from './tools/definition-lock.js';
import { definitionRoutes, reportRoutes } from './tools/definition-routes.js';
import { toolDefinition, type ToolPrivileges } from './tools/definition.js';
import { toolsetDefinition } from './toolsets/definition.js';

export interface ControlPlaneParts extends Omit<AppParts, 'collections' | 'internal' | 'isReady' | 'origin' | 'audit'> {
  database: Database;
  /** Readiness waits for it: until then the tables may be missing. */
  isMigrated: () => boolean;
  queue: { reconcile(ref: ResourceRef): Promise<void> };
  sessions: SessionService;
  /** Where data planes learn of tenants and count; without it, tenants are in the database only. */
  quotas?: { redis: RedisClient; prefix: string } | undefined;
  logs: LogReader;
  /** How often the gateway checks again whether a caller that follows logs may read them; default: see resources/logs.ts. */
  logCheckMs?: number | undefined;
  /** Whether a sign-in with an access token still holds; default: until it expires. */
  isHeld?: ((principal: Principal) => boolean) | undefined;
  mayUseWorkloadIdentity: MayUseWorkloadIdentity;
  /** Credentials for requests to servers; undefined: there are none. */
  credentials?:
    | {
        folder: string | undefined;
        /** Of the services of this gateway, as they are now. */
        secrets: () => readonly string[];
      }
    | undefined;
  /** Addresses or ranges of proxies whose word counts for where a request comes from; default: data planes only. */
  trustedProxies?: readonly string[] | undefined;
  /** Undefined: requests are not recorded. */
  trail?: AuditTrail | undefined;
  metrics?: { registry: Metrics; redis: Pick<RedisClient, 'isReady'> } | undefined;
  /** Default: plain HTTP. */
  tls?: TlsFiles | undefined;
  /** Undefined: there are no API keys. */
  apiKeys?: { publisher: ApiKeyPublisher; maxDays: number } | undefined;
  /** Default: the time of this machine. */
  now?: (() => Date) | undefined;
}

export interface ControlPlane {
  app: Express;
  /** Serves `app` and counts its requests. Does not listen yet. */
  server: Server;
  adapters: AdapterRows;
  apiKeys: ApiKeyRows;
  tenants: TenantRows;
}

/** Builds a control plane from its parts. It opens no connection and starts no timer; the parts belong to the caller. */
export function composeControlPlane(parts: ControlPlaneParts): ControlPlane {
  const { database, isMigrated, queue, sessions, logs, logCheckMs, mayUseWorkloadIdentity, metrics, now } = parts;
  const { trail, log } = parts;

  const rows = adapterRows(database, now);
  const { credentials } = parts;
  const broker = brokerOf(parts);
  const toolsOf = toolsOfAdapter(database);
  const definition = adapterDefinition(rows, { mayUseWorkloadIdentity, checkCredential: broker.checkUse, toolsOf });
  const { rows: tenants, directory, counted } = composeTenants(parts);
  const limits = resourceLimits(tenants);
  const adapters = resourceService(definition, { queue, limits, log });
  const apiKeys = composeApiKeys(parts, directory);
  const held = { isHeld: apiKeys.isHeld, current: directory.current };
  const observing = { logs, logCheckMs, ...held };
  const tools = composeTools(parts, { broker, adapters: rows, findAdapter: adapters.row, limits, observing });
  const rowOf = { adapter: adapters.row, ...tools.rowOf };
  const app = createApp({
    ...parts,
    verifier: directory.place(apiKeys.verifier),
    origin: originOf(parts),
    audit: trail && auditRequests(trail, Object.keys(managementPaths)),
    collections: {
      '/audit': [auditRoutes({ rows: auditRows(database, now), ...held })],
      '/adapters': [
        resourceRoutes({ definition, service: adapters }),
        logRoutes({ ...observing, definition, service: adapters }),
        sessionRoutes({ adapters, sessions, postHint: definition.postHint }),
      ],
      ...tools.collections,
      '/registry/v0.1/servers': [
        registryRoutes({
          kinds: { adapter: { rows, rowOf: adapters.row }, toolset: { rows: tools.setRows, rowOf: rowOf.toolset } },
          publicUrl: parts.publicUrl,
        }),
      ],
      '/events': [
        eventRoutes({ changes: changeLog(changeRows(database), { log }), ...held, checkEveryMs: logCheckMs }),
      ],
      '/permissions': [permissionRoutes({ rowOf, guess: directory.guess, holderOf: apiKeys.service?.holderOf })],
      ...(apiKeys.service && { '/api-keys': [apiKeyRoutes(apiKeys.service)] }),
      '/tenants': [tenantRoutes(tenantService({ rows: tenants, directory, counted }))],
    },
    internal: credentials && tools.internal,
    isReady: async () => {
      if (!isMigrated()) throw new Error('the database has not been migrated since this process started');
      await database.$queryRaw`SELECT 1`;
    },
  });
  const listener = metrics ? instrumentApi(metrics.registry, metrics.redis, app) : app;
  const server = createApiServer(listener, parts.tls, log);
  return { app, server, adapters: rows, apiKeys: apiKeys.rows, tenants };
}

const brokerOf = ({ credentials, log, now }: ControlPlaneParts): CredentialBroker =>
  credentialBroker({
    folder: credentials?.folder,
    tokens: tokenEndpoint(),
    log,
    now: now && (() => now().getTime()),
  });

/** API keys beside the other ways to sign in. */
function composeApiKeys(
  { apiKeys, database, verifier, log, now, ...parts }: ControlPlaneParts,
  { placed }: TenantDirectory,
) {
  const rows = apiKeyRows(database);
  const keys = apiKeys && databaseKeys(rows);
  return {
    rows,
    service: apiKeys && apiKeyService({ rows, ...apiKeys, placed, log, now }),
    verifier: keys ? apiKeyVerifier({ keys, others: verifier, addressOf: clientAddress }) : verifier,
    isHeld: async (principal: Principal) =>
      (parts.isHeld?.(principal) ?? true) && ((await keys?.isHeld(principal)) ?? true),
  };
}

/** What the tool routers serve. */
function composeTools(
  { database, queue, mayUseWorkloadIdentity, trail, now, log }: ControlPlaneParts,
  {
    broker,
    adapters,
    findAdapter,
    limits,
    observing,
  }: {
    broker: CredentialBroker;
    adapters: AdapterRows;
    findAdapter: ToolPrivileges['findAdapter'];
    limits: ResourceLimits<{ replicaCount: number }>;
    observing: Pick<LogRoutesParts<ToolSpec, ToolResource>, 'logs' | 'logCheckMs' | 'isHeld' | 'current'>;
  },
) {
  const rows = toolRows(database, now);
  const checkSharedCredential = broker.checkSharedUse;
  const ofTool = toolDefinition(rows, { mayUseWorkloadIdentity, checkSharedCredential, findAdapter });
  const tools = resourceService(ofTool, { queue, limits, log });
  const definitions = toolDefinitionRows(database);
  const lock = definitionLock({ tools, rows, definitions, queue, trail, log, now });
  const setRows = toolsetRows(database, now);
  const ofToolset = toolsetDefinition(setRows);
  const toolsets = resourceService(ofToolset, { queue, limits: toolsetLimits, log });
  return {
    rows,
    internal: {
      ...credentialRoutes({ rows: { adapter: adapters, tool: rows }, broker }),
      ...reportRoutes(lock),
    },
    setRows,
    rowOf: { tool: tools.row, toolset: toolsets.row },
    collections: {
      '/tools': [
        resourceRoutes({ definition: ofTool, service: tools }),
        logRoutes({ ...observing, definition: ofTool, service: tools }),
        definitionRoutes(lock),
      ],
      '/toolsets': [resourceRoutes({ definition: ofToolset, service: toolsets })],
    },
  };
}

/** The tenants, where callers belong, and what data planes have counted. */
function composeTenants({ database, quotas, now, log }: ControlPlaneParts) {
  const rows = tenantRows(database, now);
  const publisher = quotas && tenantPublisher(quotas.redis, quotas.prefix);
  const counted = quotas && {
    ledger: quotaLedger(quotas.redis, quotas.prefix),
    sessions: sessionRecords(quotas.redis, quotas.prefix),
    prefix: quotas.prefix,
  };
  return { rows, directory: tenantDirectory(rows, { publisher, log }), counted };
}

const originOf = ({ credentials, tls, trustedProxies = [] }: ControlPlaneParts) =>
  settleOrigin({
    isOwnService: ownServices(credentials?.secrets ?? (() => [])),
    hasCertificates: tls?.ca !== undefined,
    trustedProxies,
  });

/** The header is left on a request only if it is true. */
export const clientAddress = ({ headers, address }: SignInRequest) => headers['x-forwarded-for']?.toString() ?? address;

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
