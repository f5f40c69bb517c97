import { mcpPathOf, type ResourceRef } from '@mcp-gateway/common/contracts';
import { type BrowserAccess, checkBrowserAccess } from '@mcp-gateway/platform/serving';
import { forward } from '../forwarding/forward.js';
import type { ForwardingParts } from '../forwarding/recoverable.js';
import { openStream } from '../legacy-sse/open-stream.js';
import { postMessage } from '../legacy-sse/post-message.js';
import { CLIENT_GONE, sendContinue } from '../request/body.js';
import type { McpRequest, RequestContext } from '../request/context.js';
import { messageOf } from '../request/message.js';
import { applyPolicies } from './apply-policies.js';
import { authenticate, type SignInParts } from './authenticate.js';
import { authorize } from './authorize.js';
import { decideEra } from './decide-era.js';
import { limitByQuota, type QuotaPart } from './limit.js';
import { refuse } from './refuse.js';
import { resolveSession } from './resolve-session.js';
import { type Limits, validate } from './validate.js';

export interface PipelineParts {
  access: BrowserAccess;
  signIn: SignInParts;
  limits: Limits;
  quotas: QuotaPart;
  /** Whether the message of every request is read, for the audit. */
  readsMessages?: boolean;
  forwarding: ForwardingParts;
}

const METHODS = { mcp: ['POST', 'GET', 'DELETE'], sse: ['GET'], messages: ['POST'] } as const;

/** The parts of an MCP URL. */
export interface McpAddress {
  /** An adapter or a toolset. */
  resource: ResourceRef;
  /** `mcp`, or one of the two endpoints of the older HTTP transport. */
  endpoint: keyof typeof METHODS;
  /** With the question mark, or empty. */
  query: string;
}

/** Answers the request and never rejects. Resolves when the answer has ended. */
export type McpPipeline = (context: RequestContext, address: McpAddress) => Promise<void>;

/**
 * The steps of one MCP request, in order. Each step fills the context or throws the error that becomes the answer. A
 * step that has its result in memory returns no promise, because each promise costs a turn of the event loop.
 */
export function createPipeline(parts: PipelineParts): McpPipeline {
  const { access, signIn, limits, quotas, readsMessages, forwarding } = parts;
  async function run(context: RequestContext, { resource, endpoint, query }: McpAddress): Promise<void> {
    const { req, res } = context;
    checkBrowserAccess(req.headers, access); // before sign-in: a browser may attach credentials that its user did not intend to send
    const signedIn = authenticate(
      signIn,
      context,
      endpoint === 'mcp' ? mcpPathOf(resource) : `/adapters/${resource.name}/sse`,
    );
    const principal = (context.principal = signedIn instanceof Promise ? await signedIn : signedIn);
    const route = authorize(forwarding.routes, principal, resource); // before the session: it must not outlive revoked access
    context.body = validate(req, limits, METHODS[endpoint]); // before the balancer: a refused request causes no load
    const request: McpRequest = Object.assign(context, { query, principal, route, era: 'legacy' as const });
    const applying = applyPolicies(request); // after the rule, and before anything is opened or counted
    if (applying instanceof Promise) await applying;
    if (readsMessages && context.body && !context.message) await messageOf(context);
    const limiting = limitByQuota(quotas, request); // before the session: a refused request waits for nothing and opens nothing
    if (limiting instanceof Promise) await limiting;
    if (endpoint === 'sse') return openStream(forwarding, request);
    if (endpoint === 'messages') return postMessage(forwarding, request);
    const deciding = decideEra(request);
    if (deciding instanceof Promise) await deciding;
    const resolving = resolveSession(forwarding, request);
    const target = resolving instanceof Promise ? await resolving : resolving;
    sendContinue(req, res);
    return forward(forwarding, request, target);
  }

  return async (context, address) => {
    context.enter(address.resource);
    try {
      await run(context, address);
    } catch (error) {
      if (error === CLIENT_GONE) context.res.destroy();
      else await refuse(context, error);
    }
  };
}
