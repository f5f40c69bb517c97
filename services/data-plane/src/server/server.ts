import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { adapterRef, ALL_TOOLS, toolsetRef } from '@mcp-gateway/common/contracts';
import { malformedRequest } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { type BrowserAccess, CONTAINED, HookedResponse, type TlsFiles } from '@mcp-gateway/platform/serving';
import { openContext, type RequestContext, type RequestObserver } from '../request/context.js';
import { errorBoundary } from './error-boundary.js';
import { answerCors } from './cors.js';
import { lingerAfterResponse } from './lingering-close.js';
import { answerParserErrors } from './parser-errors.js';
import { byAlpn, byPreface, speakHttp2 } from './http2/speak-http2.js';
import { messageFault, toOriginForm } from './normalize-request.js';
import type { McpAddress, McpPipeline } from '../pipeline/pipeline.js';

/** Enough for the longest session id and a large token. */
const MAX_HEADER_BYTES = 32 * 1024;
const TIMEOUTS: Timeouts = { headersMs: 30_000, requestMs: 300_000, keepAliveMs: 65_000, checkMs: 30_000 };

const MCP_PATH =
  /^\/(?:adapters\/(?<adapter>[^/?]+)\/(?<endpoint>mcp|sse|messages)|mcp(?:\/t\/(?<toolset>[^/?]+))?)\/?(?<query>(?:\?.*)?)$/;

/** The parts of an MCP URL: of an adapter, of a toolset, or of the toolset of all tools. Undefined for any other URL. */
function mcpAddressIn(url: string): McpAddress | undefined {
  const found = MCP_PATH.exec(url)?.groups;
  if (!found) return undefined;
  const { adapter, endpoint = 'mcp', toolset = ALL_TOOLS, query = '' } = found;
  const resource = adapter === undefined ? toolsetRef(toolset) : adapterRef(adapter);
  return { resource, endpoint: endpoint as McpAddress['endpoint'], query };
}

/** Time limits for clients. None applies to answers, which may be streams of hours. */
interface Timeouts {
  /** Until the head of the request is complete. */
  headersMs: number;
  /** Until the whole request is complete. */
  requestMs: number;
  /** Until the next request. */
  keepAliveMs: number;
  /** How often the first two limits are checked. */
  checkMs: number;
}

export interface Wire {
  /** Serve TLS, and HTTP/2 to clients that offer it. */
  tls?: TlsFiles | undefined;
  /** Without TLS, serve HTTP/2 to clients that begin with it. */
  http2Cleartext?: boolean;
  timeouts?: Timeouts;
  /** The path at which clients see the root of the gateway; a proxy may leave it in front of the path. */
  publicPath?: string;
  observers?: readonly RequestObserver[];
  /** Receives errors that no part of the gateway expects. */
  log?: Logger;
}

/**
 * The MCP path is plain node:http, ahead of Express, which would cost more than the forwarding itself
 * (docs/decisions/0002-hot-path-not-on-express.md). All other paths are management.
 */
export function createDataPlaneServer(
  mcp: McpPipeline,
  management: (context: RequestContext) => void,
  access: BrowserAccess,
  { tls, http2Cleartext = false, timeouts = TIMEOUTS, publicPath = '', observers = [], log }: Wire = {},
): Server {
  const prefix = `${publicPath}/`;

  function serve(req: IncomingMessage, res: ServerResponse): void {
    const context = openContext(req, res, observers);
    parserErrors.track(context);
    errorBoundary(context, log, () => answer(context));
  }

  function answer(context: RequestContext): void | Promise<void> {
    const { req, res } = context;
    const fault = messageFault(req);
    if (fault) {
      context.refusal = malformedRequest(fault.why);
      res.writeHead(fault.status, { 'content-type': 'text/plain', connection: 'close', ...CONTAINED });
      res.end(`${fault.why}\n`);
      return;
    }
    lingerAfterResponse(req, res);
    toOriginForm(req);
    if (prefix !== '/' && req.url?.startsWith(prefix)) req.url = req.url.slice(publicPath.length);
    if (answerCors(context, access)) return;
    const address = mcpAddressIn(req.url ?? '');
    if (address) return mcp(context, address);
    management(context);
  }

  const options = {
    ServerResponse: HookedResponse,
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false, // checked in normalize-request.ts
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: timeouts.checkMs,
  };
  const onThrow = (thrown: unknown) => log?.error({ err: thrown }, 'a request failed; all other requests continue');
  const http2 = { maxHeaderBytes: MAX_HEADER_BYTES, keepAliveMs: timeouts.keepAliveMs, onThrow };
  const server = tls
    ? createSecureServer({ ...options, ...tls, ALPNProtocols: ['h2', 'http/1.1'] }, serve)
    : createServer(options, serve);
  if (tls) speakHttp2(server, 'secureConnection', byAlpn, http2);
  else if (http2Cleartext) speakHttp2(server, 'connection', byPreface, http2);
  const parserErrors = answerParserErrors(server, log);
  server.on('checkExpectation', serve);
  server.on('checkContinue', serve); // the pipeline sends 100 Continue once nothing is left to refuse the request for
  return server;
}
