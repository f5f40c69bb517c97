import { closeServer, listen } from '@mcp-gateway/platform/serving';
import { announceRouter } from '@mcp-gateway/routing';
import { Client, StreamableHTTPClientTransport, type ClientCapabilities } from '@modelcontextprotocol/client';
import type { DataPlane, Gateway } from '../../data-plane/support/gateway.js';
import { killServer } from '../../data-plane/support/kill-server.js';
import { routersOf, SECRET } from '../../data-plane/support/tool-router.js';
import { afterTest } from '../../support/clean-up.js';
import { silent } from '../../support/postgres.js';
import { connectRedis } from '../../support/redis.js';
import { waitFor } from '../../support/wait.js';
import { composeToolRouter } from './sources.js';

let routers = 0;

/** A tool router of the gateway, as main.ts runs it, which the data planes know. */
export async function startRouterOf(gateway: Gateway, planes: DataPlane[]) {
  const { prefix } = gateway;
  const redis = await connectRedis();
  const settings = { prefix, internalSecrets: () => [SECRET], maxBodyBytes: 4 * 1024 * 1024, callTimeoutMs: 10_000 };
  const router = composeToolRouter(settings, { redis, log: silent });
  const port = await listen(router.server, { host: '127.0.0.1', port: 0 });
  await waitFor('the router to be ready', () => router.isReady());
  const id = `router-${++routers}`;
  const announcement = announceRouter(redis, prefix, { id, url: `http://127.0.0.1:${port}` }, silent);
  afterTest(async () => {
    await announcement.close();
    await router.close();
    await closeServer(router.server, 0);
  });
  for (const plane of planes) await waitFor('it to be known', () => routersOf(plane).includes(id));
  return {
    id,
    kill: () => killServer(router.server), // nothing is withdrawn
  };
}

export interface ModernThrough {
  capabilities?: ClientCapabilities;
  prepare?: (client: Client) => void;
  fetch?: typeof fetch;
}

/** A modern client (SDK 2) at a data plane. */
export async function modernThrough(
  url: string,
  headers: Record<string, string>,
  { capabilities = {}, prepare, fetch: fetchWith }: ModernThrough = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  prepare?.(client);
  const options = { requestInit: { headers }, ...(fetchWith && { fetch: fetchWith }) };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), options));
  afterTest(() => client.close().catch(() => {}));
  return client;
}
