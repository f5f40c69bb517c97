import type { Server } from 'node:http';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import { followTools } from '@mcp-gateway/routing';
import { readPrincipal } from './server/forwarded-principal.js';
import { createHttpServer } from './server/http-server.js';

/** Settings that the operator decides. */
export interface ToolRouterSettings {
  /** The prefix of all keys in Redis. */
  prefix: string;
  /** They prove that a request comes from a data plane. They may change. */
  internalSecrets: () => readonly string[];
}

/** The parts that a tool router is built from; a test replaces some of them. */
export interface ToolRouterParts {
  /** It need not be connected yet. */
  redis: RedisClient;
  log: Logger;
  metrics?: Metrics | undefined;
}

export interface ToolRouter {
  /** It does not listen yet. */
  server: Server;
  /** Ends timers, sessions and connections of the tool router. Call it before the server is closed. */
  close(): Promise<void>;
}

/** Builds a tool router from its parts. */
export function composeToolRouter(settings: ToolRouterSettings, { redis, log }: ToolRouterParts): ToolRouter {
  const tools = followTools(redis, settings.prefix, log);
  const server = createHttpServer({
    serve: async (_req, res) => void res.writeHead(501).end(),
    callerOf: ({ headers }) => readPrincipal(headers, settings.internalSecrets),
    isReady: () => tools.isLoaded(),
    log,
  });
  return { server, close: () => tools.close() };
}
