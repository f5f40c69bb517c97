import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@mcp-gateway/platform/logging';
import { redisClient } from '@mcp-gateway/platform/redis';
import { tenantPublisher } from '@mcp-gateway/quotas';
import { routePublisher } from '@mcp-gateway/routing';
import { freePort } from '@mcp-gateway/platform/serving';

const START_MS = 30_000;
const ADAPTERS = ['json', 'events'];
/** Of callers that sign in. */
export const ROLE = 'team';

export const log = createLogger('bench', 'warn');

async function start(entry, { args = [], env = {}, execArgv = [] } = {}) {
  const child = fork(entry, args, { env: { PATH: process.env.PATH, ...env }, execArgv });
  const [said] = await once(child, 'message', { signal: AbortSignal.timeout(START_MS) });
  return { child, port: said.port };
}

/** Starts one of `subjects/` in a process of its own. */
export async function startSubject(name, upstream) {
  const entry = fileURLToPath(new URL(`subjects/${name}.mjs`, import.meta.url));
  const { child, port } = await start(entry, { args: [upstream].filter(Boolean) });
  return { name, child, url: `http://127.0.0.1:${port}` };
}

export async function withRedis(redisUrl, work) {
  const client = redisClient({ REDIS_URL: redisUrl }, log);
  await client.connect();
  await work(client);
  client.destroy();
}

/** Points the routes of all data planes to the upstream. */
export const publishRoutes = (redisUrl, upstream, prefix = 'mcp-gateway', requiredRoles = [ROLE]) =>
  withRedis(redisUrl, async (client) => {
    const publisher = routePublisher(client, prefix);
    const run = await publisher.beginRun();
    const routes = ADAPTERS.map((name) => ({
      kind: 'adapter',
      name,
      resourceId: name,
      generation: 1,
      createdBy: 'dev',
      requiredRoles,
      affinity: 'session',
      sessionRecovery: 'replay',
      sessions: {},
      path: `/adapters/${name}/mcp`,
      endpoints: [{ id: `${name}-0`, url: upstream, ready: true }],
    }));
    const version = { createdAt: new Date(), generation: 1, run };
    await publisher.publishAll(
      routes.map((route) => ({ route, version })),
      run,
    );
  });

/** Limits for every caller, which no load reaches. */
const QUOTA = {
  requests: { second: 1e6, hour: 1e9 },
  concurrentRequests: 1e4,
  perCaller: { requests: { minute: 1e6 } },
};

export const publishQuota = (redisUrl, prefix) =>
  publishTenants(redisUrl, prefix, { default: { roles: [], quota: QUOTA } });

/** @param tenants by id: the roles of the members, and the quota */
export const publishTenants = (redisUrl, prefix, tenants) =>
  withRedis(redisUrl, (client) =>
    tenantPublisher(client, prefix).publish(async () =>
      Object.entries(tenants).map(([id, { roles, quota }]) => ({
        id,
        members: { subjects: [], claims: [], roles },
        admins: { subjects: [], roles: [] },
        quota,
      })),
    ),
  );

/** Removes the audit records, as a control plane does that stores them; without one, the stream would fill up. */
export const removeAuditRecords = (redisUrl, prefix = 'mcp-gateway') =>
  withRedis(redisUrl, (client) => client.del(`${prefix}:audit`));

/**
 * Starts the data plane of a built checkout as an installation runs it.
 * @param settings environment variables beside the usual ones
 */
export async function startDataPlane(name, checkout, { redisUrl, profileDir, settings = {} }) {
  const port = await freePort();
  const env = {
    PORT: String(port),
    REDIS_URL: redisUrl,
    CONTROL_PLANE_URL: 'http://127.0.0.1:1', // no request uses it
    MCP_GATEWAY_SESSION_KEYS: randomBytes(32).toString('base64'),
    MCP_GATEWAY_LOG_LEVEL: 'warn',
    MCP_GATEWAY_AUDIT: 'off',
    ...settings,
  };
  const execArgv = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  const { child } = await start(path.join(checkout, 'services/data-plane/dist/main.js'), { env, execArgv });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readyz`)).ok) await delay(20);
  return { name, child, url };
}
