import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { type GatewayError, notFound, problemOf, toGatewayError, unavailable } from '@mcp-gateway/common/errors';
import { apiKeyIn, type CallerCheck, type Verifier } from '@mcp-gateway/identity';
import {
  type BrowserAccess,
  checkBrowserAccess,
  CONTAINED,
  hookedPrototype,
  isOpenToPages,
  INTERNAL_SECRET_HEADER,
} from '@mcp-gateway/platform/serving';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { rpcErrorBody } from '@mcp-gateway/protocol';
import type { RequestContext } from '../request/context.js';
import type { Forwarded } from '../request/forwarded.js';
import { frontPage } from './front-page.js';
import type { ProtectedResources } from '../request/protected-resource.js';
import { sendContinue } from '../request/body.js';
import { prepareHeaders, sendHead } from './headers.js';
import { type ReferenceTo, withReferences } from '../request/reference.js';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';

export interface ManagementParts {
  access: BrowserAccess;
  controlPlane: string;
  controlPlaneAgent?: Agent | undefined;
  /** They prove to the control plane that it can believe where requests come from. */
  internalSecrets: () => readonly string[];
  isReady: () => boolean;
  forwarded: Forwarded;
  referenceTo: ReferenceTo;
  /**
   * Refuses callers whose sign-in the control plane could not distinguish from a person's: the control plane sees the
   * data plane as the caller.
   */
  checkCaller?: CallerCheck | undefined;
  /** Verifies API keys here, where failures can be counted by client; the control plane does again. */
  keyVerifier?: Verifier | undefined;
  /** Undefined with development sign-in, which has no issuer. */
  protectedResources?: ProtectedResources | undefined;
  /** The keys of the tokens that servers get (RFC 7517 §5); undefined when there are none. */
  keySet?: (() => object | undefined) | undefined;
  /** The URL at which clients see the root of the gateway; undefined when it is not configured. */
  publicUrl?: string | undefined;
}

/** What browsers say of the page that causes a request. */
const OF_PAGES = ['origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'];
const KEY_SET = '/.well-known/jwks.json';
const KEY_SET_SECONDS = 300;
const PROXY_MS = 30_000;
/** Answers that may pause for hours: followed logs, events, and exports that a client reads slowly. */
const STREAMS = /^\/((adapters|tools)\/[^/]+\/logs|audit\/export|events)$/;
const MANAGED =
  /^\/((adapters|api-keys|permissions|registry|tenants|tools|toolsets)(\/|$)|audit(\/export)?$|events$|(openapi\.json|errors)$)/;

/** URLs to which a client sends messages when it knows the gateway and not the URL of a server. */
const MISTAKEN_FOR_MCP = ['/', '/sse', '/messages'];
const SERVERS =
  'MCP clients find the tools that you may use at /mcp; each MCP server also has a URL of its own, /adapters/{name}/mcp, ' +
  'and GET /adapters lists them';
const TOOLS = 'MCP clients use /mcp for all tools and /mcp/t/{toolset} for those of a toolset';
const HEALTH = '/livez and /readyz say whether the gateway works';
/** URLs that other gateways serve, and what this gateway offers instead. */
const INSTEAD = new Map([
  ...MISTAKEN_FOR_MCP.map((path) => [path, SERVERS] as const),
  ['/mcp', TOOLS],
  ['/health', HEALTH],
  ['/healthz', HEALTH],
]);

function whatIsThere(path: string): string {
  const [, first = ''] = path.split('/', 2);
  return `nothing is served at ${path}; ${INSTEAD.get(`/${first}`) ?? 'see /openapi.json'}`;
}

/**
 * The front page, health, and the control plane behind the same URL. None of it is on the hot path, so it may use
 * Express.
 */
export function createManagementApp(parts: ManagementParts): (context: RequestContext) => void {
  const app = managementApp(parts);
  return (context) => {
    contexts.set(context.req, context);
    app(context.req, context.res);
  };
}

/** Express hands on its requests only. */
const contexts = new WeakMap<IncomingMessage, RequestContext>();

function contextOf(req: IncomingMessage): RequestContext {
  const context = contexts.get(req);
  if (!context) throw new Error('the request has no context');
  return context;
}

/** An answer of the control plane has headers of its own instead. */
const contain: RequestHandler = (_req, res, next) => {
  res.set(CONTAINED);
  next();
};

function managementApp(parts: ManagementParts): Express {
  const { access, isReady, forwarded, checkCaller, protectedResources } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.response = hookedPrototype(express.response, app.response);

  app.use(contain);
  app.get('/livez', (_req, res) => void res.type('text').send('ok'));
  app.get('/readyz', (_req, res) => {
    if (isReady()) res.type('text').send('ok');
    else res.status(503).type('text').send('no routes have been read yet: is Redis up, and has the worker run?');
  });

  app.get('/', frontPage);

  // Needs no sign-in: servers read it, and it is public.
  app.get(KEY_SET, (_req, res, next) => {
    const keys = parts.keySet?.();
    if (keys)
      res.set('Cache-Control', `public, max-age=${KEY_SET_SECONDS}`).type('application/jwk-set+json').json(keys);
    else next();
  });

  // Needs no sign-in: it says where to sign in.
  app.get(/^\/\.well-known\//, (req, res, next) => {
    const metadata = protectedResources?.metadata(req, req.path);
    if (metadata) res.set('Cache-Control', 'no-store').json(metadata);
    else next();
  });

  app.use(async (req, res, next) => {
    if (isOpenToPages(req.url, access)) for (const name of OF_PAGES) delete req.headers[name];
    checkBrowserAccess(req.headers, access, req.method === 'GET' || req.method === 'HEAD');
    if (!(await hasApiKey(parts, req))) checkCaller?.(req.headers, req.socket.remoteAddress);
    sendContinue(req, res);
    const secrets = parts.internalSecrets();
    const proof = secrets.length > 0 ? [INTERNAL_SECRET_HEADER, secrets.join(',')] : [];
    prepareHeaders(req, ['X-Request-Id', contextOf(req).id, ...forwarded(req), ...proof]);
    next();
  });
  const problems = problemWriter(parts);
  app.use(...controlPlaneProxies(parts, problems));

  app.post([...MISTAKEN_FOR_MCP, /^\/mcp\//], (req, res) => {
    const context = contextOf(req);
    const error = (context.refusal = notFound(whatIsThere(req.path)));
    res.writeHead(error.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    res.end(rpcErrorBody(error, context.id));
  });
  app.use((req) => {
    throw notFound(whatIsThere(req.path));
  });
  app.use(problems.handler);
  return app;
}

/** Forwards what belongs to the control plane. */
function controlPlaneProxies(
  { controlPlane, controlPlaneAgent: agent, referenceTo }: ManagementParts,
  problems: ReturnType<typeof problemWriter>,
): RequestHandler[] {
  const on = {
    error: (error: Error, req: IncomingMessage, res: unknown) =>
      problems.controlPlaneUnavailable(req, res as ServerResponse, error),
    // Runs before the proxy copies the head, and the proxy then leaves the head alone. Nothing catches errors thrown
    // here.
    proxyRes(answer: IncomingMessage, req: IncomingMessage, res: ServerResponse) {
      try {
        sendHead(answer, res, (headers) => withReferences(headers, req.url ?? '', referenceTo));
      } catch (error) {
        answer.destroy();
        problems.controlPlaneUnavailable(req, res, error as Error);
      }
    },
  };
  // The host names of this service were checked above; the control plane knows its own host.
  const proxy = { target: controlPlane, changeOrigin: true, on, ...(agent && { agent }) };
  return [
    createProxyMiddleware({ ...proxy, pathFilter: (path) => STREAMS.test(path) }), // no timeout
    createProxyMiddleware({ ...proxy, pathFilter: (path) => MANAGED.test(path), proxyTimeout: PROXY_MS }),
  ];
}

/**
 * Whether the request signs in with an API key that holds. False also while Redis is unavailable, because the control
 * plane can verify the key without it.
 * @throws GatewayError SIGN_IN_REQUIRED, TOO_MANY_FAILURES
 */
async function hasApiKey({ keyVerifier }: ManagementParts, { headers, socket }: IncomingMessage): Promise<boolean> {
  if (!keyVerifier || apiKeyIn(headers) === undefined) return false;
  try {
    await keyVerifier({ headers, address: socket.remoteAddress });
    return true;
  } catch (error) {
    if (toGatewayError(error).code === 'UNAVAILABLE') return false;
    throw error;
  }
}

/** Problem documents (RFC 9457) for requests to the management API that the data plane itself answers. */
function problemWriter({ publicUrl }: Pick<ManagementParts, 'publicUrl'>) {
  function write(req: IncomingMessage, res: ServerResponse, error: GatewayError) {
    const context = contextOf(req);
    context.refusal = error;
    const retry = error.code === 'UNAVAILABLE' ? { 'retry-after': '2' } : {};
    res.writeHead(error.status, { 'content-type': 'application/problem+json', ...retry, ...error.headers });
    res.end(JSON.stringify(problemOf(error, { base: publicUrl, requestId: context.id })));
  }
  return {
    write,
    /** Express never sees errors of the proxy, so this handler answers. */
    controlPlaneUnavailable(req: IncomingMessage, res: ServerResponse, error: Error) {
      const refusal = unavailable('the control plane is not reachable; MCP traffic is not affected', { cause: error });
      contextOf(req).refusal = refusal;
      if (!('writeHead' in res) || res.headersSent) return void res.destroy();
      write(req, res, refusal);
    },
    handler: ((thrown: unknown, req, res, next) => {
      if (res.headersSent) return next(thrown);
      write(req, res, toGatewayError(thrown));
    }) satisfies ErrorRequestHandler,
  };
}
