import { createServer } from 'node:http';
import { afterAll } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { type Principal } from '@mcp-gateway/common/principal';
import { developmentSignIn, type CallerCheck } from '@mcp-gateway/identity';
import type { ReconcileQueue } from '@mcp-gateway/routing/queue';
import { closeServer, listen, type BrowserAccess } from '@mcp-gateway/platform/serving';
import { adapterRows, connectDatabase, type AdapterRows, type Database } from '@mcp-gateway/database';
import { processLogs, type LogReader } from '@mcp-gateway/runtime/logs';
import { afterTest } from '../../support/clean-up.js';
import { freshDatabase, silent, temporaryFolder } from '../../support/postgres.js';
import { adapterService, createApp, type SessionService } from './sources.js';

export interface ControlPlaneOptions {
  /** Default: the one of the file, emptied. */
  database?: Database;
  queue?: ReconcileQueue;
  access?: BrowserAccess;
  /** Default: all callers may sign in. */
  checkCaller?: CallerCheck;
  logReader?: LogReader;
  logCheckMs?: number;
  /** Default: none, and none can be ended. */
  sessions?: SessionService;
  now?: () => Date;
  /** Default: everybody. */
  mayUseWorkloadIdentity?: (principal: Principal) => boolean;
}

export interface ControlPlane {
  url: string;
  app: ReturnType<typeof createApp>;
  rows: AdapterRows;
  database: Database;
  /** Where the logs of replicas are. */
  logs: string;
  /** What the worker has been told to look at, unless there is a queue of the test's own. */
  hints: string[];
}

const noSessions: SessionService = {
  list: async () => ({ items: [] }),
  async end() {
    throw new GatewayError('SESSION_NOT_FOUND');
  },
};

let shared: Database | undefined;
afterAll(() => shared?.$disconnect());

/** To make a database and to learn its queries again would take longer than most tests. */
async function emptied(): Promise<Database> {
  shared ??= connectDatabase(await freshDatabase(), { poolSize: 5 });
  await shared.adapter.deleteMany();
  return shared;
}

/** As main.ts puts it together. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { database = await emptied(), access = { allowedOrigins: [], allowedHosts: [], loopback: true } } = options;
  const hints: string[] = [];
  const recording: ReconcileQueue = { reconcile: async ({ name }) => void hints.push(name), close: async () => {} };
  const rows = adapterRows(database, options.now);
  const logs = await temporaryFolder();
  const app = createApp({
    adapters: adapterService({
      rows,
      queue: options.queue ?? recording,
      log: silent,
      mayUseWorkloadIdentity: options.mayUseWorkloadIdentity ?? (() => true),
    }),
    logs: options.logReader ?? processLogs(logs),
    ...(options.logCheckMs !== undefined && { logCheckMs: options.logCheckMs }),
    sessions: options.sessions ?? noSessions,
    verifier: developmentSignIn(options.checkCaller ?? (() => {})),
    access,
    isReady: async () => void (await database.$queryRaw`SELECT 1`),
    log: silent,
  });
  const server = createServer(app);
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => closeServer(server, 0));
  return { url: `http://127.0.0.1:${port}`, app, rows, database, logs, hints };
}

/** The least that a client has to say. */
export const specOf = (name: string, changes: object = {}) => ({
  name,
  imageName: 'mcp-example',
  imageVersion: '1.0.0',
  ...changes,
});
