import type { Server } from 'node:http';
import { type BrokerClient, credentialCache } from '@mcp-gateway/credentials';
import { principalReader } from '@mcp-gateway/identity';
import type { Egress } from '@mcp-gateway/platform/egress';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import { followTools } from '@mcp-gateway/routing';
import { ToolCalls } from './calls/call-tool.js';
import { ParkedCalls } from './calls/parked-calls.js';
import { RequestStates } from './calls/request-state.js';
import { Catalogue } from './catalog/catalogue.js';
import { DefinitionReports } from './catalog/definition-reports.js';
import { PAGE } from './catalog/page.js';
import { Views } from './catalog/view.js';
import { routerMetrics } from './metrics.js';
import { Announcements } from './server/announcements.js';
import { createHttpServer } from './server/http-server.js';
import { ModernRequests } from './server/modern.js';
import { serveMcp } from './server/serve-mcp.js';
import { Sessions } from './server/sessions.js';
import { createSources } from './sources/open-source.js';
import { ServerCredentials } from './sources/server-credentials.js';

/** Settings that the operator decides. */
export interface ToolRouterSettings {
  /** The prefix of all keys in Redis. */
  prefix: string;
  /** They prove that a request comes from a data plane. They may change. */
  internalSecrets: () => readonly string[];
  /** Where other tool routers reach this one: its origin. Undefined until it listens. */
  ownUrl?: () => string | undefined;
  maxBodyBytes: number;
  /** How long a call of a tool may take. */
  callTimeoutMs: number;
  /** How servers that run elsewhere are connected to. Default: public addresses only, without a proxy. */
  egress?: Egress | undefined;
}

/** The parts that a tool router is built from; a test replaces some of them. */
export interface ToolRouterParts {
  /** It need not be connected yet. */
  redis: RedisClient;
  log: Logger;
  /** Where credentials for servers come from; undefined: calls of servers that need one fail. */
  broker?: Pick<BrokerClient, 'issue'> | undefined;
  /** Where the definitions that sources give are recorded; undefined: nowhere, so nothing new can be approved. */
  recorder?: Pick<BrokerClient, 'report'> | undefined;
  metrics?: Metrics | undefined;
  /** Entries of one page of a list. */
  pageSize?: number;
  /** How long a list waits for sources that have not listed yet. */
  firstListMs?: number;
}

export interface ToolRouter {
  /** It does not listen yet. */
  server: Server;
  /** Whether it knows the tools, so that it may serve. */
  isReady(): boolean;
  /** Ends timers, sessions and connections of the tool router. Call it before the server is closed. */
  close(): Promise<void>;
}

const FIRST_LIST_MS = 5_000;

/** Builds a tool router from its parts. */
export function composeToolRouter(settings: ToolRouterSettings, parts: ToolRouterParts): ToolRouter {
  const { redis, log, pageSize = PAGE, firstListMs = FIRST_LIST_MS } = parts;
  const metrics = parts.metrics && routerMetrics(parts.metrics);
  const table = followTools(redis, settings.prefix, log);
  const credentials = new ServerCredentials(parts.broker && credentialCache({ broker: parts.broker }));
  const sources = createSources({ table, credentials, egress: settings.egress, log });
  const { recorder } = parts;
  const reports = recorder && new DefinitionReports((report) => recorder.report(report), log);
  const catalogue = new Catalogue({
    table,
    openSource: sources.open,
    openBridge: sources.bridge,
    onListed: metrics?.sourceListed,
    reports,
    log,
  });
  const views = new Views(catalogue, log);
  const announcements = new Announcements(catalogue, views);
  const { ownUrl = () => undefined } = settings;
  const states = new RequestStates(settings.internalSecrets);
  const parked = new ParkedCalls();
  const calls = new ToolCalls({
    deadlineMs: settings.callTimeoutMs,
    states,
    parked,
    ownUrl,
    onCalled: metrics?.called,
  });
  const mcp = { catalogue, views, calls, pageSize, firstListMs, onList: metrics?.answeredList };
  const principalOf = principalReader(settings.internalSecrets);
  const sessions = new Sessions(mcp, announcements);
  metrics?.watch({ redis, catalogue, calls, parked, sessions });
  const modern = new ModernRequests(mcp, announcements, log);
  const eras = { sessions, modern, maxBodyBytes: settings.maxBodyBytes };
  const server = createHttpServer({
    serve: (req, res, caller) => serveMcp(req, res, caller, eras),
    principalOf: ({ headers }) => principalOf(headers),
    isReady: () => table.isLoaded(),
    log,
  });
  return {
    server,
    isReady: () => table.isLoaded(),
    async close() {
      parked.close();
      reports?.close();
      await Promise.all([sessions.close(), modern.close()]);
      await catalogue.close();
      await Promise.all([sources.close(), table.close()]);
    },
  };
}
