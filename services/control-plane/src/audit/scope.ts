import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { forbidden } from '@mcp-gateway/common/errors';
import { isAdmin, type Rule } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { AuditFilter, ChainedRecord } from '@mcp-gateway/database';

/** The records that a caller may read. */
export interface AuditScope {
  rule: Rule;
  /** The records of these tenants; undefined: all records. */
  tenants: readonly string[] | undefined;
}

/**
 * `mcp.admin` reads all records, and administrators of tenants those of their tenants.
 * @throws GatewayError FORBIDDEN
 */
export function auditScopeOf(principal: Principal): AuditScope {
  if (isAdmin(principal)) return { rule: 'admin', tenants: undefined };
  const tenants = principal.adminOf ?? [];
  if (tenants.length > 0) return { rule: 'tenant-admin', tenants };
  throw forbidden('only mcp.admin and the administrators of a tenant may read the audit', 'no rule permits it');
}

/** The filter, narrowed to the scope. */
export function within({ tenants }: AuditScope, filter: AuditFilter): AuditFilter {
  if (!tenants) return filter;
  return { ...filter, tenants: filter.tenants?.filter((tenant) => tenants.includes(tenant)) ?? tenants };
}

/** The record as it was written, and behind its fields its place in the chain; for a tenant, without what is not of it. */
export function entryText({ tenants }: AuditScope, { record, position, storedAt, hash }: ChainedRecord): string {
  const [text, place] = tenants
    ? [JSON.stringify(ofTenants(JSON.parse(record) as AuditRecord, tenants)), { position, storedAt }]
    : [record, { position, storedAt, hash }];
  return `${text.slice(0, -1)},${JSON.stringify(place).slice(1)}`;
}

/**
 * Members of a tenant send requests for resources of others, too. Then the record must not tell whether the resource
 * exists: an unknown name has no tenant, and another reason. The hash could confirm a guess.
 */
function ofTenants({ resource, reason, ...record }: AuditRecord, tenants: readonly string[]): AuditRecord {
  if (!resource || (resource.tenant !== undefined && tenants.includes(resource.tenant)))
    return { ...record, ...(reason !== undefined && { reason }), ...(resource && { resource }) };
  const { kind, name } = resource;
  const tellsExistence = record.code?.endsWith('_NOT_FOUND');
  return { ...record, ...(reason !== undefined && !tellsExistence && { reason }), resource: { kind, name } };
}
