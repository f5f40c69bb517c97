import { adapterRef, type Endpoint, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { RouteTable } from '@mcp-gateway/routing';

const REDIS_MS = 1_000;

/**
 * The endpoint that a session is said to live on, if the adapter has it. Another data plane may have heard of a new replica
 * before this one, so Redis is asked before the answer is no.
 * @throws GatewayError UNAVAILABLE when Redis is away
 */
export async function findEndpoint(routes: RouteTable, adapter: string, id: string): Promise<Endpoint | undefined> {
  return find(routes.get(adapterRef(adapter)), id) ?? (await findAgain(routes, adapter, id));
}

async function findAgain(routes: RouteTable, adapter: string, id: string): Promise<Endpoint | undefined> {
  try {
    await withTimeout(routes.refresh(adapterRef(adapter)), REDIS_MS);
  } catch (cause) {
    throw placeUnknown(cause);
  }
  return find(routes.get(adapterRef(adapter)), id);
}

export const placeUnknown = (cause?: unknown): GatewayError =>
  new GatewayError('UNAVAILABLE', {
    detail: 'where the session lives cannot be found out now',
    headers: { 'retry-after': '1' },
    cause,
  });

const find = (route: Route | undefined, id: string): Endpoint | undefined =>
  route?.endpoints.find((endpoint) => endpoint.id === id);
