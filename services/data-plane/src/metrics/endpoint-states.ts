import type { Endpoint } from '@mcp-gateway/common/contracts';

/**
 * draining  is about to end
 * unready   gets no new sessions
 * ejected   gets nothing new for a while, as requests to it have failed
 * ready     none of these
 */
export type EndpointState = 'ready' | 'ejected' | 'unready' | 'draining';

/** How many endpoints are in each state; each is in one. */
export function endpointStates(
  endpoints: readonly Endpoint[],
  ejected: ReadonlySet<string>,
): Record<EndpointState, number> {
  const counts = { ready: 0, ejected: 0, unready: 0, draining: 0 };
  for (const endpoint of endpoints) counts[stateOf(endpoint, ejected)] += 1;
  return counts;
}

function stateOf({ id, ready, draining }: Endpoint, ejected: ReadonlySet<string>): EndpointState {
  if (draining) return 'draining';
  if (!ready) return 'unready';
  return ejected.has(id) ? 'ejected' : 'ready';
}
