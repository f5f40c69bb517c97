import type { RequestListener } from 'node:http';
import { adapterRows, type AdapterRows, type Database } from '@mcp-gateway/database';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import type { ReconcileQueue } from '@mcp-gateway/routing/queue';
import type { Express } from 'express';
import { adapterService, type MayUseWorkloadIdentity } from './adapters/service.js';
import { createApp, type AppParts } from './app.js';
import { instrumentApi } from './metrics/api-metrics.js';

export interface ControlPlaneParts extends Omit<AppParts, 'adapters' | 'isReady'> {
  database: Database;
  /** Readiness waits for it: until then the tables may be missing. */
  isMigrated: () => boolean;
  queue: Pick<ReconcileQueue, 'reconcile'>;
  mayUseWorkloadIdentity: MayUseWorkloadIdentity;
  metrics?: { registry: Metrics; redis: Pick<RedisClient, 'isReady'> } | undefined;
  /** Default: the time of this machine. */
  now?: (() => Date) | undefined;
}

export interface ControlPlane {
  app: Express;
  /** Serves `app` and counts its requests. */
  listener: RequestListener;
  adapters: AdapterRows;
}

/** Builds a control plane from its parts. It opens no connection and starts no timer; the parts belong to the caller. */
export function composeControlPlane(parts: ControlPlaneParts): ControlPlane {
  const { database, isMigrated, queue, mayUseWorkloadIdentity, metrics, now, log } = parts;
  const rows = adapterRows(database, now);
  const app = createApp({
    ...parts,
    adapters: adapterService({ rows, queue, log, mayUseWorkloadIdentity }),
    isReady: async () => {
      if (!isMigrated()) throw new Error('the database has not been migrated since this process started');
      await database.$queryRaw`SELECT 1`;
    },
  });
  return { app, listener: metrics ? instrumentApi(metrics.registry, metrics.redis, app) : app, adapters: rows };
}
