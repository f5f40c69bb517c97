import { afterAll } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { type Principal } from '@mcp-gateway/common/principal';
import { developmentSignIn, tokenVerifier, type CallerCheck, type Verifier } from '@mcp-gateway/identity';
import { closeServer, listen, type BrowserAccess } from '@mcp-gateway/platform/serving';
import { connectDatabase, type AdapterRows, type ApiKeyRows, type Database } from '@mcp-gateway/database';
import { processLogs, type LogReader } from '@mcp-gateway/runtime/logs';
import { oidcSignIn } from '../../support/verifier.js';
import { afterTest } from '../../support/clean-up.js';
import { freshDatabase, silent, temporaryFolder } from '../../support/postgres.js';
import { composeControlPlane, type ControlPlaneParts, type SessionService } from './sources.js';

export interface ControlPlaneOptions {
  /** Default: the database of the test file, emptied. */
  database?: Database;
  queue?: ControlPlaneParts['queue'];
  access?: BrowserAccess;
  publicUrl?: string;
  tls?: ControlPlaneParts['tls'];
  /** As in OIDC_ISSUERS; default: development sign-in. */
  issuers?: object[];
  /** Instead of one of the issuers. */
  verifier?: Verifier;
  /** Whether a sign-in of the verifier still holds; default: until it expires. */
  isHeld?: ControlPlaneParts['isHeld'];
  /** Default: all callers may sign in. */
  checkCaller?: CallerCheck;
  logReader?: LogReader;
  /** Default: there are no API keys. */
  apiKeys?: ControlPlaneParts['apiKeys'];
  logCheckMs?: number;
  /** Default: no sessions. */
  sessions?: SessionService;
  /** Default: none, and tenants are in the database only. */
  quotas?: ControlPlaneParts['quotas'];
  /** Default: none. */
  credentials?: ControlPlaneParts['credentials'];
  trustedProxies?: readonly string[];
  now?: () => Date;
  trail?: ControlPlaneParts['trail'];
  metrics?: ControlPlaneParts['metrics'];
  /** Default: writes nothing. */
  log?: ControlPlaneParts['log'];
  /** Default: every caller may. */
  mayUseWorkloadIdentity?: (principal: Principal) => boolean;
}

export interface ControlPlane {
  url: string;
  app: ReturnType<typeof composeControlPlane>['app'];
  rows: AdapterRows;
  apiKeys: ApiKeyRows;
  database: Database;
  /** The folder with the logs of replicas. */
  logs: string;
  /** Names in the queue, unless the test has a queue of its own. */
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

/** One database for each test file: to create one takes longer than most tests. */
async function emptied(): Promise<Database> {
  shared ??= connectDatabase(await freshDatabase(), { poolSize: 5 });
  await shared.adapter.deleteMany();
  await shared.tool.deleteMany();
  await shared.toolset.deleteMany();
  await shared.apiKey.deleteMany();
  await shared.tenant.deleteMany();
  return shared;
}

/** Serves a composed control plane until the test ends. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const hints: string[] = [];
  const database = options.database ?? (await emptied());
  const logs = await temporaryFolder();
  const { app, server, adapters, apiKeys } = composeControlPlane({
    database,
    isMigrated: () => true,
    queue: options.queue ?? { reconcile: async ({ name }) => void hints.push(name) },
    sessions: options.sessions ?? noSessions,
    quotas: options.quotas,
    logs: options.logReader ?? processLogs(logs),
    logCheckMs: options.logCheckMs,
    verifier:
      options.verifier ??
      (options.issuers
        ? tokenVerifier(oidcSignIn(options.issuers), { log: silent })
        : developmentSignIn(options.checkCaller ?? (() => {}))),
    isHeld: options.isHeld,
    access: options.access ?? { allowedOrigins: [], allowedHosts: [], loopback: true },
    publicUrl: options.publicUrl,
    tls: options.tls,
    mayUseWorkloadIdentity: options.mayUseWorkloadIdentity ?? (() => true),
    apiKeys: options.apiKeys,
    credentials: options.credentials,
    trustedProxies: options.trustedProxies,
    now: options.now,
    trail: options.trail,
    metrics: options.metrics,
    log: options.log ?? silent,
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => closeServer(server, 0));
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { url, app, rows: adapters, apiKeys, database, logs, hints };
}

/** The smallest valid spec. */
export const specOf = (name: string, changes: object = {}) => ({
  name,
  imageName: 'mcp-example',
  imageVersion: '1.0.0',
  ...changes,
});

/** The request with which users of microsoft/mcp-gateway register its sample tool. */
export const weatherTool = (changes: object = {}, toolChanges: object = {}) => ({
  name: 'weather',
  imageName: 'weather-tool',
  imageVersion: '1.0.0',
  environmentVariables: {},
  replicaCount: 1,
  description: 'Weather tool for getting current weather information',
  useWorkloadIdentity: false,
  requiredRoles: ['weather.users'],
  toolDefinition: {
    tool: {
      name: 'weather',
      title: 'Weather Information',
      description: 'Gets the current weather for a specified location.',
      type: 'http',
      inputSchema: {
        type: 'object',
        properties: {
          location: { type: 'string', description: 'The location to get weather for' },
          unit: { type: 'string', enum: ['celsius', 'fahrenheit'], default: 'celsius' },
        },
        required: ['location'],
      },
      annotations: { readOnlyHint: true },
      ...toolChanges,
    },
    port: 8000,
    path: '/score',
  },
  ...changes,
});

/** The same tool with another name. */
export const toolOf = (name: string, changes: object = {}) => weatherTool({ name, ...changes }, { name });

/** Every tool, for holders of the role `team`. */
export const toolsetOf = (name: string) => ({ name, tools: [{ name: '*' }], requiredRoles: ['team'] });
