import { randomBytes } from 'node:crypto';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { redisClient } from '@mcp-gateway/platform/redis';
import { followRoutes } from '@mcp-gateway/routing';
import { freePort } from '@mcp-gateway/platform/serving';
import { kubeconfig } from '../../cluster/support/kubectl.js';
import { afterTests } from '../../support/after-tests.js';
import { managementApi, type Api } from '../../support/api.js';
import { emptyDatabase, silent } from '../../support/postgres.js';
import { freshPrefix, sharedRedis } from '../../support/redis.js';
import { waitFor } from '../../support/wait.js';
import { startService, type Service } from './service.js';

export interface ClusterGateway {
  url: string;
  api: Api;
  worker: Service;
  /** The URLs of the endpoints that take new sessions, as the routes for data planes list them. */
  routed(name: string): string[];
  /** A second worker beside the first. */
  startWorker(): Promise<Service>;
}

/** The gateway as processes of this machine that runs replicas in a namespace of the test cluster. */
export async function startClusterGateway(
  namespace: string,
  settings: { worker?: Record<string, string>; controlPlane?: Record<string, string> } = {},
): Promise<ClusterGateway> {
  const shared = {
    PATH: process.env['PATH'] ?? '',
    REDIS_URL: (await sharedRedis()).url,
    REDIS_PREFIX: freshPrefix(),
    RUNTIME: 'kubernetes',
    NAMESPACE: namespace,
    KUBECONFIG: kubeconfig,
  };
  const database = { DATABASE_URL: await emptyDatabase() };
  const ports = { controlPlane: await freePort(), dataPlane: await freePort() };
  const worker = {
    ...shared,
    ...database,
    IMAGE_REGISTRY: 'localhost',
    ADAPTER_DRAIN_SECONDS: '1',
    ADAPTER_RESOURCES: '{"requests":{"cpu":"10m","memory":"32Mi"},"limits":{"memory":"256Mi"}}',
    ...settings.worker,
  };
  const startWorker = () => startService('deployment-worker', worker);
  await startService('control-plane', {
    ...shared,
    ...database,
    PORT: String(ports.controlPlane),
    ...settings.controlPlane,
  });
  const [first] = await Promise.all([
    startWorker(),
    startService('data-plane', {
      ...shared,
      PORT: String(ports.dataPlane),
      CONTROL_PLANE_URL: `http://127.0.0.1:${ports.controlPlane}`,
      MCP_GATEWAY_SESSION_KEYS: randomBytes(32).toString('base64'),
    }),
  ]);
  const redis = redisClient({ REDIS_URL: shared.REDIS_URL }, silent);
  await redis.connect();
  afterTests(() => redis.destroy());
  const routes = followRoutes(redis, shared.REDIS_PREFIX, silent);
  afterTests(routes.close);
  const url = `http://127.0.0.1:${ports.dataPlane}`;
  await waitFor('the data plane to have routes', async () => (await fetch(`${url}/readyz`)).ok);
  const api = managementApi(url);
  // Ends the pods before the worker ends, which could remove them; the namespace ends too late.
  afterTests(async () => Promise.all((await api.list()).map(({ name }) => api.remove(name).catch(() => {}))));
  return {
    url,
    api,
    worker: first,
    startWorker,
    routed: (name) =>
      (routes.get(adapterRef(name))?.endpoints ?? []).filter(({ ready }) => ready).map((endpoint) => endpoint.url),
  };
}
