import type { Endpoint } from '@mcp-gateway/common/contracts';
import { identityHeaders } from '@mcp-gateway/protocol';
import type { Upstreams } from '../upstreams.js';
import { exchange } from './exchange.js';

const FAREWELL_MS = 5_000;

/** Tells a server that a session of its has ended. It need not answer; one that is gone has forgotten it anyway. */
export async function sayFarewell(
  upstreams: Upstreams,
  endpoint: Endpoint,
  {
    upstreamId,
    caller,
    protocolVersion,
  }: { upstreamId: string; caller: string; protocolVersion?: string | null | undefined },
): Promise<void> {
  const version = protocolVersion ? ['Mcp-Protocol-Version', protocolVersion] : [];
  const identity = identityHeaders({ subject: caller, name: caller, roles: [] });
  const headers = ['Mcp-Session-Id', upstreamId, ...version, ...identity];
  try {
    await exchange(upstreams, endpoint, { method: 'DELETE', headers, timeoutMs: FAREWELL_MS });
  } catch {
    // Gone, or too busy to listen.
  }
}
