import { isDeepStrictEqual } from 'node:util';
import { forbidden } from '@mcp-gateway/common/errors';
import { isAdmin } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';

interface Audited {
  audit?: object | undefined;
}

/**
 * The right to change a resource is no right to record what callers send, nor to end such a recording.
 * @param current the spec that it would replace; undefined for a new resource
 * @throws GatewayError FORBIDDEN
 */
export function requireAuditRight(principal: Principal, { audit }: Audited, current: Audited | undefined): void {
  if (isDeepStrictEqual(audit, current?.audit) || isAdmin(principal)) return;
  const instead = current?.audit ? 'send the value that it has' : 'leave it out';
  throw forbidden(`to set, change or remove audit needs the role mcp.admin; ${instead}`);
}
