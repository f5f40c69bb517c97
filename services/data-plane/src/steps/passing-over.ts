import type { ServerResponse } from 'node:http';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Endpoints } from './endpoints.js';

const MAX_ATTEMPTS = 3;

/** Goes on to the next replica when one refuses the connection: nothing of the request has been there. */
export async function passingOver(
  res: ServerResponse,
  first: Endpoint,
  { now, later }: Endpoints,
  attempt: (endpoint: Endpoint, number: number) => Promise<void>,
): Promise<void> {
  const avoid = new Set<string>();
  for (let endpoint = first, number = 1; ; number += 1) {
    try {
      return await attempt(endpoint, number);
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === 'UPSTREAM_REFUSED') || res.destroyed) throw error;
      avoid.add(endpoint.id);
      const other = (avoid.size < MAX_ATTEMPTS ? now(avoid) : undefined) ?? (await later(avoid));
      if (!other) throw error;
      endpoint = other;
    }
  }
}
