import { adapterRef, ResourceName, type AdapterResource, type AdapterSpec } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { canRead, canWrite, isAdmin, type Principal } from '@mcp-gateway/common/principal';
import type { ReconcileQueue } from '@mcp-gateway/routing/queue';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';
import type { Precondition } from './etag.js';
import type { Page } from './paging.js';

export interface AdapterService {
  create(principal: Principal, spec: AdapterSpec): Promise<AdapterResource>;
  list(principal: Principal, page: Page): Promise<{ items: AdapterResource[]; next?: string }>;
  get(principal: Principal, name: string): Promise<AdapterResource>;
  /** The row, for what is derived from it. */
  row(principal: Principal, name: string): Promise<AdapterRow>;
  update(principal: Principal, spec: AdapterSpec, precondition: Precondition): Promise<AdapterResource>;
  remove(principal: Principal, name: string, precondition: Precondition): Promise<void>;
}

/** Permission, then the row, then a hint to the worker. */
export function adapterService({
  rows,
  queue,
  log,
  mayUseWorkloadIdentity,
}: {
  rows: AdapterRows;
  queue: ReconcileQueue;
  log: Logger;
  mayUseWorkloadIdentity: (principal: Principal) => boolean;
}): AdapterService {
  /** The row is the truth and a resync finds it, so a queue that is away is no reason to fail. */
  function hint(name: string) {
    queue
      .reconcile(adapterRef(name))
      .catch((error: unknown) =>
        log.warn({ err: error, name }, 'no hint to the worker; its resync will find the change'),
      );
  }

  async function readable(principal: Principal, name: string): Promise<AdapterRow> {
    const row = ResourceName.safeParse(name).success ? await rows.find(name) : null;
    // A stranger gets the same answer whether the name exists or not.
    if (!row || row.deletedAt || !canRead(principal, guarded(row))) throw new GatewayError('ADAPTER_NOT_FOUND');
    return row;
  }

  async function writable(principal: Principal, name: string, precondition: Precondition): Promise<AdapterRow> {
    const row = await readable(principal, name);
    if (!canWrite(principal, guarded(row))) {
      throw new GatewayError('FORBIDDEN', { detail: 'only its creator or mcp.admin may change an adapter' });
    }
    if (!precondition(row)) throw new GatewayError('EDIT_CONFLICT', { detail: 'read it again and repeat your change' });
    return row;
  }

  /** Whoever changes such an adapter chooses what runs with the identity. */
  function checkIdentity(principal: Principal, { useWorkloadIdentity }: AdapterSpec) {
    if (!useWorkloadIdentity || mayUseWorkloadIdentity(principal)) return;
    throw new GatewayError('FORBIDDEN', {
      detail: 'useWorkloadIdentity needs a role that the operator has given this right',
    });
  }

  return {
    async create(principal, spec) {
      checkIdentity(principal, spec);
      const row = await rows.create(spec, principal.subject);
      hint(row.name);
      return resourceOf(row);
    },
    async list(principal, { limit, after }) {
      const filter = { subject: principal.subject, roles: principal.roles, all: isAdmin(principal) };
      const found = await rows.list(filter, { limit: limit + 1, ...(after !== undefined && { after }) });
      const items = found.slice(0, limit).map(resourceOf);
      const last = items.at(-1);
      return found.length > limit && last ? { items, next: last.name } : { items };
    },
    get: async (principal, name) => resourceOf(await readable(principal, name)),
    row: readable,
    async update(principal, spec, precondition) {
      for (;;) {
        const row = await writable(principal, spec.name, precondition);
        checkIdentity(principal, spec);
        const updated = await rows.update(row, spec);
        if (updated) {
          hint(spec.name);
          return resourceOf(updated);
        }
        // Somebody else was faster: look again, which also checks the precondition against what they wrote.
      }
    },
    async remove(principal, name, precondition) {
      for (;;) {
        const row = await writable(principal, name, precondition);
        if (await rows.markDeleted(row)) return hint(name);
      }
    },
  };
}

const guarded = ({ createdBy, spec }: AdapterRow) => ({ createdBy, requiredRoles: spec.requiredRoles });

function resourceOf(row: AdapterRow): AdapterResource {
  return {
    ...row.spec,
    id: row.id,
    generation: row.generation,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    lastUpdatedAt: row.updatedAt.toISOString(),
  };
}
