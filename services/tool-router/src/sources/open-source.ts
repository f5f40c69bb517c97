import { unreachable } from '@mcp-gateway/common/errors';
import { adapterRef, type PublishedTool, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { createEgress, type Egress, EGRESS_CONNECT_MS } from '@mcp-gateway/platform/egress';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { ToolTable } from '@mcp-gateway/routing';
import { Agent, buildConnector } from 'undici';
import { AdapterSource } from './adapter/adapter-source.js';
import { BridgedAdapter } from './adapter/bridged-adapter.js';
import { Endpoints } from './endpoints.js';
import { HttpSource } from './http/http-source.js';
import { serverFetch } from './mcp/bounded-fetch.js';
import { McpSource } from './mcp/mcp-source.js';
import { OpenApiSource } from './openapi/openapi-source.js';
import type { ServerCredentials } from './server-credentials.js';
import { mayUse, type ToolSource } from './source.js';

const CONNECT_MS = 3_000;
const MAX_CONNECTIONS = 4_000;

export interface Sources {
  /** Undefined for a definition that is no source of tools. */
  open(ref: ResourceRef, definition: PublishedTool): ToolSource | undefined;
  /** The whole of an adapter, for its own clients. */
  bridge(adapter: ResourceRef): ToolSource;
  /** Ends the connections of all sources. */
  close(): Promise<void>;
}

export interface SourceParts {
  table: ToolTable;
  credentials: ServerCredentials;
  /** To remote servers. Default: to public addresses only. */
  egress?: Egress | undefined;
  log: Logger;
}

/** Opens a source for each definition, with what all of them share. */
export function createSources({
  table,
  credentials,
  egress = createEgress({ allowedNetworks: [] }),
  log,
}: SourceParts): Sources {
  const http = serverFetch(egress);
  // The deadline of a call bounds the whole of it, also one that answers byte by byte.
  const options = { headersTimeout: 0, bodyTimeout: 0, connections: MAX_CONNECTIONS };
  const connector = buildConnector({ timeout: EGRESS_CONNECT_MS, lookup: egress.lookup, allowH2: false });
  const dispatchers = {
    near: new Agent({ ...options, connect: { timeout: CONNECT_MS } }),
    remote: new Agent({ ...options, connect: egress.connector(connector) }),
  };
  const serverOf = (adapter: ResourceRef, routes: readonly (() => Route | undefined)[]) => {
    const route = () => table.get(adapter);
    return new McpSource({
      ref: adapter,
      endpoints: new Endpoints(adapter, route),
      http: credentials.over(http, route),
      isReadableBy: (principal) =>
        mayUse(
          principal,
          [route, ...routes].map((each) => each()),
        ),
      log,
    });
  };
  return {
    bridge: (adapter) => new BridgedAdapter(serverOf(adapter, []), () => table.get(adapter)),
    open(ref, definition) {
      const route = () => table.get(ref);
      const endpoints = new Endpoints(ref, route);
      const isReadableBy = (principal: Principal) => mayUse(principal, [route()]);
      switch (definition.type) {
        case 'http':
          return new HttpSource({ ref, definition, endpoints, route, credentials, dispatchers });
        case 'mcp':
          return new McpSource({ ref, endpoints, http: credentials.over(http, route), isReadableBy, log });
        case 'adapter': {
          const adapter = adapterRef(definition.adapter);
          const server = serverOf(adapter, [route]);
          return new AdapterSource({ ref, definition, adapter: () => table.get(adapter), server });
        }
        case 'openapi':
          return new OpenApiSource({ ref, definition, endpoints, route, credentials, dispatchers });
        default:
          return unreachable(definition);
      }
    },
    close: async () =>
      void (await Promise.all([http.close(), dispatchers.near.destroy(), dispatchers.remote.destroy()])),
  };
}
