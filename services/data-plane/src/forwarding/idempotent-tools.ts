import type { Endpoint } from '@mcp-gateway/common/contracts';
import { LRUCache } from 'lru-cache';
import type { Upstreams } from '../upstream/pools.js';
import { callUpstream, sessionHeaders, SessionUnknown } from '../upstream/call.js';

interface ToolQuestion {
  endpoint: Endpoint;
  upstreamId: string;
  /** The headers of the call, as the server gets them. */
  headers: readonly string[];
  protocolVersion: string | undefined;
  tool: string;
}

export type IsIdempotent = (question: ToolQuestion) => Promise<boolean>;

interface Tool {
  name?: unknown;
  annotations?: { readOnlyHint?: unknown; idempotentHint?: unknown };
}

const ASK_MS = 5_000;
const MAX_PAGES = 10;
/** Calls of one session that were under way at the same time share one query. */
const KEPT_MS = 30_000;
const MAX_KEPT = 1_000;

/**
 * Whether a tool may run twice: its annotations say that it only reads, or that running it again changes nothing (MCP
 * 2025-11-25, tools, annotations). The gateway queries the server only after a replica was lost with a call under way,
 * so no other call pays for it. Missing annotations mean no.
 * @throws GatewayError as `callUpstream`
 * @throws SessionUnknown when the server does not know the session
 */
export function idempotentTools(upstreams: Upstreams): IsIdempotent {
  const known = new LRUCache<string, Promise<Set<string>>>({ max: MAX_KEPT, ttl: KEPT_MS });
  return async (question) => {
    const key = `${question.endpoint.id} ${question.upstreamId}`;
    let tools = known.get(key);
    if (!tools) known.set(key, (tools = list(upstreams, question)));
    try {
      return (await tools).has(question.tool);
    } catch (error) {
      known.delete(key);
      throw error;
    }
  };
}

async function list(upstreams: Upstreams, question: ToolQuestion): Promise<Set<string>> {
  const { endpoint, upstreamId, protocolVersion } = question;
  const version = protocolVersion === undefined ? [] : ['Mcp-Protocol-Version', protocolVersion];
  const headers = [...sessionHeaders(question.headers), 'Mcp-Session-Id', upstreamId, ...version];
  const found = new Set<string>();
  let cursor: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const message = { jsonrpc: '2.0', id: `mcp-gateway-tools-${page}`, method: 'tools/list', params };
    const { status, response } = await callUpstream(upstreams, endpoint, {
      method: 'POST',
      headers,
      message,
      timeoutMs: ASK_MS,
    });
    if (status === 404) throw new SessionUnknown();
    const { tools = [], nextCursor } = (response?.result ?? {}) as { tools?: Tool[]; nextCursor?: string };
    for (const { name, annotations } of tools) {
      const safe = annotations?.readOnlyHint === true || annotations?.idempotentHint === true;
      if (safe && typeof name === 'string') found.add(name);
    }
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  return found;
}
