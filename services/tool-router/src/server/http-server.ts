import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { adapterRef, ALL_TOOLS, type ResourceRef, toolsetRef } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Logger } from '@mcp-gateway/platform/logging';
import { requestIdOf } from '@mcp-gateway/platform/serving';
import { rpcErrorBody } from '@mcp-gateway/protocol';
import type { Caller } from './caller.js';

/** The principal of a caller of many groups takes some 20 KiB. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Longer than data planes keep idle connections; otherwise one could write to a connection that is closing. */
const KEEP_ALIVE_MS = 75_000;

const MCP_PATH =
  /^\/(?:adapters\/(?<adapter>[a-z0-9-]{1,63})\/mcp|mcp(?:\/t\/(?<toolset>[a-z0-9-]{1,63}))?)\/?(?:\?.*)?$/;

export interface HttpServerParts {
  /** Serves one request of MCP. */
  serve(req: IncomingMessage, res: ServerResponse, caller: Caller): Promise<void>;
  /** @throws GatewayError when the request does not come from a data plane */
  principalOf(req: IncomingMessage): Principal;
  isReady(): boolean;
  log: Logger;
}

/** Only data planes call it; they have checked `Origin` and `Host`, the token and the permission for the toolset or the adapter. */
export function createHttpServer({ serve, principalOf, isReady, log }: HttpServerParts): Server {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEADER_BYTES };
  return createServer(options, (req, res) => {
    const url = req.url ?? '';
    if (url === '/livez' || url === '/healthz') return answerText(res, 200, 'ok');
    if (url === '/readyz') return isReady() ? answerText(res, 200, 'ok') : answerText(res, 503, 'tools are not loaded');
    const address = MCP_PATH.exec(url)?.groups;
    if (!address) return answerText(res, 404, 'MCP is served at /mcp, /mcp/t/{toolset} and /adapters/{adapter}/mcp');
    const { adapter, toolset = ALL_TOOLS } = address;
    void serveMcp(req, res, adapter === undefined ? toolsetRef(toolset) : adapterRef(adapter));
  });

  async function serveMcp(req: IncomingMessage, res: ServerResponse, resource: ResourceRef): Promise<void> {
    try {
      await serve(req, res, { principal: principalOf(req), resource, requestId: requestIdOf(req.headers) });
    } catch (error) {
      if (!(error instanceof GatewayError)) log.error({ err: error }, 'a request failed; all other requests continue');
      answerError(req, res, error instanceof GatewayError ? error : new GatewayError('INTERNAL', { cause: error }));
    }
  }
}

function answerText(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function answerError(req: IncomingMessage, res: ServerResponse, error: GatewayError): void {
  if (res.headersSent) return void res.destroy();
  res.writeHead(error.status, { 'content-type': 'application/json' });
  res.end(rpcErrorBody(error, requestIdOf(req.headers)));
}
