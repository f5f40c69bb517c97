import type { ServerResponse } from 'node:http';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';

const MAX_ATTEMPTS = 3;

/**
 * Goes on to the next replica when one refuses the connection: nothing of the request has been there.
 * @param next chooses one that is not among those to avoid
 */
export async function passingOver(
  res: ServerResponse,
  first: Endpoint,
  next: (avoid: ReadonlySet<string>) => Endpoint | undefined,
  attempt: (endpoint: Endpoint) => Promise<void>,
): Promise<void> {
  const avoid = new Set<string>();
  for (let endpoint = first; ;) {
    try {
      return await attempt(endpoint);
    } catch (error) {
      const isRefused = error instanceof GatewayError && error.code === 'UPSTREAM_REFUSED';
      avoid.add(endpoint.id);
      const other = isRefused && avoid.size < MAX_ATTEMPTS && !res.destroyed ? next(avoid) : undefined;
      if (!other) throw error;
      endpoint = other;
    }
  }
}
