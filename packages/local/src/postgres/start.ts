import { dirname, join, resolve } from 'node:path';
import type { Logger } from '@mcp-gateway/platform/logging';
import { createDatabase } from '@mcp-gateway/database';
import { ensureCluster, findBinaries } from './cluster.js';
import { chooseServerUser } from './server-user.js';
import { outputLog } from './log-file.js';
import { awaitPredecessor } from './predecessor.js';
import { launchPostgres, serverArguments } from './server.js';
import { makeSocketDir, socketUrl } from './socket.js';

const DATABASE = 'mcp_gateway';
const START_MS = 30_000;
const PREDECESSOR_MS = 10_000;

export interface PostgresOptions {
  /** Created on first use. */
  dataDir: string;
  /** A short path: that of a Unix socket has at most 107 bytes. */
  socketDir: string;
  log: Logger;
  /** Default: `logs/postgres.log` beside the data folder. */
  logFile?: string;
  /** Further server settings, such as `fsync: 'off'` for data that may be lost. */
  settings?: Readonly<Record<string, string>>;
}

export interface Postgres {
  readonly url: (database: string) => string;
  /** Resolves with the exit code when the server has ended, for any reason. */
  readonly exited: Promise<number>;
  /** Shuts the server down. */
  stop(): Promise<void>;
  /** Kills the server, as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL, with the database `mcp_gateway`.
 * The server listens on a Unix socket only, and ends when this process ends in any way.
 * @throws Error with a message for the user when PostgreSQL cannot run here
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const started = performance.now();
  const dataDir = resolve(options.dataDir);
  const socketDir = resolve(options.socketDir);
  const url = (database: string) => socketUrl(socketDir, database);
  const { initdb, postgres } = await findBinaries();
  const identity = await chooseServerUser();
  const log = outputLog(options.logFile ?? join(dirname(dataDir), 'logs', 'postgres.log'));
  await makeSocketDir(socketDir);
  await identity.own(socketDir);
  await ensureCluster(dataDir, initdb, identity, log);
  const server = await launchPostgres({
    command: identity.run(postgres, serverArguments(dataDir, socketDir, options.settings)),
    env: await awaitPredecessor(dataDir, socketDir, PREDECESSOR_MS),
    log,
    timeoutMs: START_MS,
    probe: () => createDatabase(url('postgres'), DATABASE),
  });
  options.log.info({ dataDir, ms: Math.round(performance.now() - started) }, 'PostgreSQL is ready');
  return {
    url,
    exited: server.exited,
    async stop() {
      await server.stop();
      await server.end();
    },
    async kill() {
      await server.kill();
      await server.end();
    },
  };
}
