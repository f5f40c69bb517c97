import type { ChangeEvent } from '@mcp-gateway/common/contracts';
import { administers, canRead, isAdmin } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Change } from '@mcp-gateway/database';

/**
 * What a change is for a caller, by the roles that the caller has now; undefined when it may not see it. A resource that
 * the caller could not read before is new to it, and one that it cannot read any more is gone, as in lists.
 */
export function seenBy(principal: Principal, change: Change): ChangeEvent | undefined {
  const type = typeFor(principal, change);
  if (type === undefined || change.kind === '') return undefined;
  const { kind, name, id, generation, phase, position } = change;
  const state =
    type === 'deleted' ? {} : { ...(generation !== null && { generation }), ...(phase !== null && { phase }) };
  const time = new Date(position / 1000).toISOString();
  return { type, kind, name, ...(id !== null && { id }), ...state, time };
}

function typeFor(principal: Principal, change: Change): ChangeEvent['type'] | undefined {
  const { type, kind, name, tenant, createdBy, readers, readersBefore } = change;
  if (type === 'begin' || kind === '') return undefined;
  if (kind === 'tenant' || kind === 'quota') {
    const isTheirs = isAdmin(principal) || administers(principal, name);
    return isTheirs || (kind === 'quota' && principal.tenant === name) ? type : undefined;
  }
  const mayRead = (requiredRoles: readonly string[] | null) =>
    requiredRoles !== null &&
    canRead(principal, { kind, name, createdBy: createdBy ?? '', tenant: tenant ?? undefined, requiredRoles });
  const [could, can] = [mayRead(readersBefore), mayRead(readers)];
  if (can) return could ? type : 'created';
  return could ? 'deleted' : undefined;
}
