import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@mcp-gateway/platform/logging';
import { connectDatabase } from '@mcp-gateway/database';
import { freePort } from '@mcp-gateway/platform/serving';
import { startPostgres } from '@mcp-gateway/local/postgres';
import { startRedis } from '@mcp-gateway/local/redis';
import { end } from '../processes.mjs';

const log = createLogger('bench', 'warn');

async function startService(name, env) {
  const entry = fileURLToPath(new URL(`../../services/${name}/dist/main.js`, import.meta.url));
  const child = fork(entry, [], { env: { PATH: process.env.PATH, MCP_GATEWAY_LOG_LEVEL: 'warn', ...env } });
  await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
  return child;
}

/** Starts control plane and worker as processes of this machine, with a PostgreSQL and a Redis of their own. */
export async function startGateway({ instance }, namespace) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpgw-'));
  const settings = { fsync: 'off' };
  const postgres = await startPostgres({
    dataDir: path.join(folder, 'data'),
    socketDir: path.join(folder, 's'),
    log,
    settings,
  });
  const redis = await startRedis({ path: process.env.PATH, dataDir: path.join(folder, 'redis'), log });
  const port = await freePort();
  const shared = {
    DATABASE_URL: postgres.url('mcp_gateway'),
    REDIS_URL: redis.url,
    RUNTIME: 'kubernetes',
    NAMESPACE: namespace,
    KUBECONFIG: path.join(instance.folder, 'admin.kubeconfig'),
  };
  const startWorker = () => startService('deployment-worker', { ...shared, IMAGE_REGISTRY: 'localhost' });
  const controlPlane = await startService('control-plane', { ...shared, PORT: String(port) });
  const database = connectDatabase(shared.DATABASE_URL, { poolSize: 2 });

  return {
    worker: await startWorker(),
    async create(name) {
      const answer = await fetch(`http://127.0.0.1:${port}/adapters`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, imageName: 'mcp-example', imageVersion: '0.1.0' }),
      });
      if (!answer.ok) throw new Error(`POST /adapters answered ${answer.status}: ${await answer.text()}`);
    },
    /** Counts the adapters of each phase. */
    async phases() {
      const found = await database.adapter.groupBy({ by: ['phase'], _count: true });
      return Object.fromEntries(found.map(({ phase, _count }) => [phase, _count]));
    },
    async restartWorker() {
      await end(this.worker);
      this.worker = await startWorker();
    },
    async stop() {
      await Promise.all([end(this.worker), end(controlPlane)]);
      await database.$disconnect();
      await redis.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
