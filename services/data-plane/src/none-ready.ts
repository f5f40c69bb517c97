import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';

/** @throws GatewayError NO_READY_REPLICA, always */
export function noneReady({ name }: Route): never {
  throw new GatewayError('NO_READY_REPLICA', {
    detail: `GET /adapters/${name}/status says why`,
    headers: { 'retry-after': '2' },
  });
}
