import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Verifier } from '@mcp-gateway/identity';
import type { RouteTable } from '@mcp-gateway/routing';
import { type BrowserAccess, checkBrowserAccess } from '@mcp-gateway/platform/serving';
import type { SessionKey } from '@mcp-gateway/sessions';
import { openStream } from '../legacy-sse/open-stream.js';
import { postMessage } from '../legacy-sse/post-message.js';
import type { Forwarded } from '../request/forwarded.js';
import { CLIENT_GONE, type RequestBody, sendContinue } from '../request/body.js';
import type { ReferenceTo } from '../request/reference.js';
import { refuse } from './refuse.js';
import { terminateEndedSessions } from '../sessions/termination.js';
import type { Recovery } from '../sessions/relocate/relocator.js';
import { idempotentTools } from '../forwarding/idempotent-tools.js';
import { pendingResumptions } from '../forwarding/pending-resumptions.js';
import { createStreamRegistry } from '../sessions/stream-registry.js';
import type { Balancer } from '../upstream/balancer/balancer.js';
import type { EndpointWaits } from '../upstream/balancer/wait-for-endpoint.js';
import type { SessionStore } from '../sessions/store.js';
import { authenticate } from './authenticate.js';
import { authorize } from './authorize.js';
import { decideEra } from './decide-era.js';
import { forward } from '../forwarding/forward.js';
import { createGrants } from '../request/grants.js';
import { limit, type Limits } from './validate.js';
import { resolveSession } from './resolve-session.js';
import type { Upstreams } from '../upstream/pools.js';

export interface PipelineParts {
  access: BrowserAccess;
  verifier: Verifier;
  routes: RouteTable;
  sessions: SessionStore;
  keys: readonly [SessionKey, ...SessionKey[]];
  upstreams: Upstreams;
  balancer: Balancer;
  waits: EndpointWaits;
  relocator: Recovery;
  limits: Limits;
  forwarded: Forwarded;
  referenceTo: ReferenceTo;
  log: Logger;
  /** Told of each request that the gateway itself answers with an error, or breaks off for one. */
  onRefusal?: ((adapter: string, code: ErrorCode) => void) | undefined;
}

const METHODS = { mcp: ['POST', 'GET', 'DELETE'], sse: ['GET'], messages: ['POST'] } as const;

/** What the URL says. */
export interface McpAddress {
  adapter: string;
  /** `mcp`, or one of the two of the older HTTP transport. */
  resource: keyof typeof METHODS;
  /** With the question mark, or empty. */
  query: string;
}

export type McpPipeline = (req: IncomingMessage, res: ServerResponse, address: McpAddress) => Promise<void>;

/** What happens to one MCP request, in order. Each step returns what the next ones need or throws the answer. */
export function createPipeline(parts: PipelineParts): McpPipeline {
  const { access, verifier, routes, sessions, keys, upstreams, balancer, relocator, limits, log, onRefusal } = parts;
  const { waits, forwarded, referenceTo } = parts;
  const grants = createGrants(routes);
  const streams = createStreamRegistry(routes, sessions);
  const resumptions = pendingResumptions(sessions.activity);
  terminateEndedSessions(routes, sessions, upstreams);
  const isIdempotent = idempotentTools(upstreams);
  const forwarding = {
    routes,
    sessions,
    keys,
    upstreams,
    grants,
    balancer,
    waits,
    relocator,
    streams,
    resumptions,
    isIdempotent,
    forwarded,
    referenceTo,
    log,
  };
  return async (req, res, { adapter, resource, query }) => {
    let body: RequestBody | null = null;
    try {
      checkBrowserAccess(req.headers, access); // before sign-in: a browser may carry credentials its user did not mean to send
      const principal = await authenticate(verifier, req);
      const route = authorize(routes, principal, adapter); // before the session: a session must not outlive revoked access
      body = limit(req, limits, METHODS[resource]); // before an endpoint is chosen: what is refused must not count as load
      if (resource === 'sse')
        return await openStream(
          { routes, balancer, waits, upstreams, grants, keys, sessions, streams, forwarded, referenceTo },
          { req, res, query, route, principal },
        );
      if (resource === 'messages') {
        return await postMessage(forwarding, { req, res, body, query, route, principal });
      }
      const asked = decideEra(req, res, body);
      const { era, body: decided } = asked instanceof Promise ? await asked : asked;
      body = decided;
      const target = await resolveSession(forwarding, { req, res, era, route, principal });
      sendContinue(req, res);
      await forward(forwarding, { req, res, body, query, era, route, principal, target });
    } catch (error) {
      if (error === CLIENT_GONE) return void res.destroy();
      const { code } = await refuse({ req, res, body }, error, log);
      onRefusal?.(adapter, code);
    }
  };
}
