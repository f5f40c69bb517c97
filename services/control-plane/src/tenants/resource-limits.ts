import { GatewayError } from '@mcp-gateway/common/errors';
import type { TenantRows } from '@mcp-gateway/database';
import type { ResourceLimits } from '../resources/service.js';

/**
 * Refuses resources beyond the quota of their tenant: by their number, and by the replicas that all their specs ask for. A tool
 * counts as an adapter does: both are servers that run.
 */
export const resourceLimits = (tenants: Pick<TenantRows, 'find'>): ResourceLimits<{ replicaCount: number }> => ({
  async of(tenant) {
    const { adapters, replicas } = (await tenants.find(tenant))?.quota ?? {};
    if (adapters === undefined && replicas === undefined) return undefined;
    return (spec) => (others) => {
      refuseBeyond({ tenant, what: 'adapters and tools', limit: adapters, has: others.resources, wants: 1 });
      refuseBeyond({ tenant, what: 'replicas', limit: replicas, has: others.replicas, wants: spec.replicaCount });
    };
  },
  grows: (spec, current) => spec.replicaCount > current.replicaCount,
});

/** Toolsets of a tenant. They run nothing, but tool routers and data planes keep each of them. */
const MAX_TOOLSETS = 200;

/** Refuses toolsets beyond a number that is the same for every tenant. */
export const toolsetLimits: ResourceLimits<unknown> = {
  of: (tenant) =>
    Promise.resolve(() => ({ toolsets }) => {
      if (toolsets < MAX_TOOLSETS) return;
      throw new GatewayError('QUOTA_EXCEEDED', {
        detail: `tenant ${tenant} has ${toolsets} toolsets, the maximum; remove one, or let several teams share one`,
      });
    }),
  grows: () => false,
};

interface Amount {
  tenant: string;
  what: string;
  limit: number | undefined;
  has: number;
  wants: number;
}

function refuseBeyond({ tenant, what, limit, has, wants }: Amount): void {
  if (limit === undefined || has + wants <= limit) return;
  const rest = what === 'replicas' ? `${has} in its other adapters and tools` : has;
  throw new GatewayError('QUOTA_EXCEEDED', {
    detail: `tenant ${tenant} may have ${limit} ${what} and has ${rest}; scale down or remove one, or ask mcp.admin to raise the quota`,
  });
}
