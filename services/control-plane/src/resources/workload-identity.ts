import { forbidden } from '@mcp-gateway/common/errors';
import { hasAnyRole, isAdmin } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';

/** Whether the caller may let a server run with the operator's workload identity. */
export type MayUseWorkloadIdentity = (principal: Principal) => boolean;

/** Processes of one machine have no workload identity, so there everybody may. */
export const workloadIdentityRule =
  (runtime: 'process' | 'kubernetes', roles: readonly string[]): MayUseWorkloadIdentity =>
  (principal) =>
    runtime === 'process' || isAdmin(principal) || hasAnyRole(principal, roles);

/** @throws GatewayError FORBIDDEN */
export function requireWorkloadIdentity(
  principal: Principal,
  { useWorkloadIdentity }: { useWorkloadIdentity: boolean },
  mayUse: MayUseWorkloadIdentity,
): void {
  if (!useWorkloadIdentity || mayUse(principal)) return;
  throw forbidden(
    'useWorkloadIdentity needs the role mcp.admin or one that the operator lists in WORKLOAD_IDENTITY_ROLES',
  );
}
