import { createServer, type Server } from 'node:http';
import { HookedResponse } from '@mcp-gateway/platform/serving';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { adapterRows, type AdapterRows, type Database } from '@mcp-gateway/database';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import type { Express } from 'express';
import { adapterDefinition, type MayUseWorkloadIdentity } from './adapters/definition.js';
import { createApp, type AppParts } from './app.js';
import { instrumentApi } from './metrics/api-metrics.js';
import { resourceRoutes } from './resources/routes.js';
import { resourceService } from './resources/service.js';
import { sessionRoutes } from './sessions/routes.js';
import type { SessionService } from './sessions/service.js';

export interface ControlPlaneParts extends Omit<AppParts, 'collections' | 'isReady'> {
  database: Database;
  /** Readiness waits for it: until then the tables may be missing. */
  isMigrated: () => boolean;
  queue: { reconcile(ref: ResourceRef): Promise<void> };
  sessions: SessionService;
  logs: LogReader;
  /** How often the gateway checks again whether a caller that follows logs may read them; default: see resources/logs.ts. */
  logCheckMs?: number | undefined;
  mayUseWorkloadIdentity: MayUseWorkloadIdentity;
  metrics?: { registry: Metrics; redis: Pick<RedisClient, 'isReady'> } | undefined;
  /** Default: the time of this machine. */
  now?: (() => Date) | undefined;
}

export interface ControlPlane {
  app: Express;
  /** Serves `app` and counts its requests. Does not listen yet. */
  server: Server;
  adapters: AdapterRows;
}

/** Builds a control plane from its parts. It opens no connection and starts no timer; the parts belong to the caller. */
export function composeControlPlane(parts: ControlPlaneParts): ControlPlane {
  const { database, isMigrated, queue, sessions, logs, logCheckMs, mayUseWorkloadIdentity, metrics, now, log } = parts;

  const rows = adapterRows(database, now);
  const definition = adapterDefinition(rows, mayUseWorkloadIdentity);
  const adapters = resourceService(definition, { queue, log });
  const app = createApp({
    ...parts,
    collections: {
      '/adapters': [
        resourceRoutes({ definition, service: adapters, logs, logCheckMs }),
        sessionRoutes({ adapters, sessions, postHint: definition.postHint }),
      ],
    },
    isReady: async () => {
      if (!isMigrated()) throw new Error('the database has not been migrated since this process started');
      await database.$queryRaw`SELECT 1`;
    },
  });
  const listener = metrics ? instrumentApi(metrics.registry, metrics.redis, app) : app;
  return { app, server: createServer({ ServerResponse: HookedResponse }, listener), adapters: rows };
}
