import type { Logger } from '@mcp-gateway/platform/logging';
import { freePort } from '@mcp-gateway/platform/serving';
import type { DataFolder } from './data-folder.js';
import { keepRunning } from './keep-running.js';
import { startPostgres } from './postgres/index.js';
import { startRedis } from './redis/index.js';

type Defer = (step: () => Promise<unknown>) => void;

/** A PostgreSQL that is kept running; returns the URL of its database. */
export async function embeddedPostgres(data: DataFolder, log: Logger, defer: Defer): Promise<string> {
  const options = { dataDir: data.postgres, socketDir: data.sockets, log };
  const { first, stop } = await keepRunning('postgres', () => startPostgres(options), log);
  defer(stop);
  return first.url('mcp_gateway');
}

/** A Redis that is kept running on one port, so that its clients find it again. */
export async function embeddedRedis(data: DataFolder, path: string, log: Logger, defer: Defer): Promise<string> {
  const options = { port: await freePort(), path, dataDir: data.root, log };
  const { first, stop } = await keepRunning('redis', () => startRedis(options), log);
  defer(stop);
  return first.url;
}
