import { type ResourceKind, ResourceName, type ResourceRef } from '@mcp-gateway/common/contracts';
import { type ErrorCode, forbidden, GatewayError } from '@mcp-gateway/common/errors';
import { type Access, decide, hasAdminRole, isInScope } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { CheckUse, ListPage, Reader, ResourceRow, ResourceSpec } from '@mcp-gateway/database';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Requester } from '../http/request.js';
import type { Representation, ResourceDefinition } from './definition.js';
import { cursorOf } from './listing.js';
import { editConflict, retryWrite, type Precondition } from './optimistic-concurrency.js';

export interface ResourceService<Spec extends ResourceSpec, Resource> {
  create(by: Requester, spec: Spec): Promise<Resource>;
  /** `next` is what the cursor of the next page names. */
  list(principal: Principal, page: ListPage): Promise<{ items: Resource[]; next?: string }>;
  get(by: Requester, name: string): Promise<Resource>;
  /** The row, for what is derived from it. */
  row(by: Requester, name: string): Promise<ResourceRow<Spec>>;
  /** The row, for a caller that may change the resource. @throws GatewayError FORBIDDEN */
  writableRow(by: Requester, name: string): Promise<ResourceRow<Spec>>;
  update(by: Requester, spec: Spec, precondition: Precondition): Promise<Resource>;
  /**
   * Creates the resource if there is none.
   * @param precondition on the resource that it replaces; undefined: it may be missing
   */
  put(by: Requester, spec: Spec, precondition?: Precondition): Promise<{ resource: Resource; isNew: boolean }>;
  remove(by: Requester, name: string, precondition: Precondition): Promise<void>;
}

/** The limits of a tenant for the resources that it has. */
export interface ResourceLimits<Spec> {
  /** The limits of a tenant; undefined when it has none. */
  of(tenant: string): Promise<((spec: Spec) => CheckUse) | undefined>;
  /** Whether the change asks for more than the resource has. A tenant that is over its limit may still scale down. */
  grows(spec: Spec, current: Spec): boolean;
}

export interface ResourceServiceParts<Spec> {
  queue: { reconcile(ref: ResourceRef): Promise<void> };
  /** Undefined: tenants may have any number. */
  limits?: ResourceLimits<Spec> | undefined;
  log: Logger;
}

/** Permission, then the row, then a hint to the worker. */
export function resourceService<Spec extends ResourceSpec, Resource extends Representation>(
  definition: ResourceDefinition<Spec, Resource>,
  { queue, limits, log }: ResourceServiceParts<Spec>,
): ResourceService<Spec, Resource> {
  const { kind, rows, represent } = definition;
  const { readable, writable } = resourceAccess(definition);

  const { enqueue, enqueueDependents } = hints(definition, { queue, log });

  const service: Omit<ResourceService<Spec, Resource>, 'put'> = {
    async create(by, sent) {
      if (!isInScope(by.principal, { kind, name: sent.name })) {
        throw forbidden(`the API key is restricted to resources, and ${kind} ${sent.name} is none of them`);
      }
      definition.authorizeSpec?.(by.principal, sent);
      const spec = (await definition.prepare?.(by, sent)) ?? sent;
      const { subject, tenant } = by.principal;
      const ofTenant = await limits?.of(tenant);
      const row = await rows.create(spec, subject, tenant, ofTenant?.(spec));
      if (!row) throw nameTaken(definition, spec.name);
      Object.assign(by.judged, { rule: 'creator', tenant });
      enqueue(row.name, by);
      enqueueDependents(row.name, by);
      return represent(row);
    },
    async list(principal, page) {
      const { limit, order } = page;
      const found = await rows.list(readerOf(principal, kind), { ...page, limit: limit + 1 });
      const shown = found.slice(0, limit);
      const items = shown.map(represent);
      const last = shown.at(-1);
      return found.length > limit && last ? { items, next: cursorOf(last, order) } : { items };
    },
    get: async (by, name) => represent(await readable(by, name)),
    row: readable,
    writableRow: (by, name) => writable(by, name, () => true),
    async update(by, sent, precondition) {
      const { name } = sent;
      const row = await retryWrite({ kind, name }, async () => {
        const current = await writable(by, name, precondition);
        definition.authorizeSpec?.(by.principal, sent, current.spec);
        const spec = (await definition.prepare?.(by, sent)) ?? sent;
        const ofTenant = limits?.grows(spec, current.spec) ? await limits.of(current.tenant) : undefined;
        return rows.update(current, spec, ofTenant?.(spec));
      });
      enqueue(name, by);
      return represent(row);
    },
    async remove(by, name, precondition) {
      await retryWrite({ kind, name }, async () => {
        const current = await writable(by, name, precondition);
        return (await rows.markDeleted(current)) || null;
      });
      enqueue(name, by);
      enqueueDependents(name, by);
    },
  };
  return { ...service, put: putOf(service, definition.errors) };
}

/** The row is the truth and a resync finds it, so a failing queue fails no request. */
function hints(
  { kind, dependents }: Pick<ResourceDefinition<never, Representation>, 'kind' | 'dependents'>,
  { queue, log }: Pick<ResourceServiceParts<ResourceSpec>, 'queue' | 'log'>,
) {
  const warn =
    (name: string, { requestId }: Requester) =>
    (error: unknown) =>
      log.warn(
        { requestId, err: error, kind, name },
        'the queue did not take the change; the resync of the worker will find it',
      );
  return {
    enqueue: (name: string, by: Requester) => void queue.reconcile({ kind, name }).catch(warn(name, by)),
    /** The status of each tells whether this resource exists. */
    enqueueDependents(name: string, by: Requester) {
      const found = dependents?.(name).then((refs) => Promise.all(refs.map((ref) => queue.reconcile(ref))));
      found?.catch(warn(name, by));
    },
  };
}

const putOf =
  <Spec extends ResourceSpec, Resource>(
    { create, update }: Pick<ResourceService<Spec, Resource>, 'create' | 'update'>,
    { notFound }: { notFound: ErrorCode },
  ): ResourceService<Spec, Resource>['put'] =>
  async (by, spec, precondition) => {
    try {
      return { resource: await update(by, spec, precondition ?? (() => true)), isNew: false };
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== notFound) throw error;
    }
    // RFC 9110 §13.1.1: no condition on a state holds for what does not exist.
    if (precondition) throw editConflict();
    return { resource: await create(by, spec), isNew: true };
  };

const nameTaken = (
  { collection, errors }: Pick<ResourceDefinition<ResourceSpec, Representation>, 'collection' | 'errors'>,
  name: string,
) =>
  new GatewayError(errors.nameTaken, {
    detail: `${name} exists already; choose another name, or change it with PUT /${collection}/${name} if it is yours`,
  });

/** Reads rows for callers that may see or change them. */
function resourceAccess<Spec extends ResourceSpec>({
  kind,
  rows,
  errors,
}: Pick<ResourceDefinition<Spec, Representation>, 'kind' | 'rows' | 'errors'>) {
  async function readable({ principal, judged }: Requester, name: string): Promise<ResourceRow<Spec>> {
    const row = ResourceName.safeParse(name).success ? await rows.find(name) : null;
    // A caller that may not read the resource gets the same answer whether the name exists or not.
    if (!row || row.deletedAt) throw new GatewayError(errors.notFound, { reason: 'no such resource' });
    judged.tenant = row.tenant;
    const { allowed, rule } = decide(principal, accessOf(row), 'read');
    if (!allowed) throw new GatewayError(errors.notFound, { reason: 'no rule permits it' });
    judged.rule = rule;
    return row;
  }

  async function writable(by: Requester, name: string, precondition: Precondition): Promise<ResourceRow<Spec>> {
    const row = await readable(by, name);
    const { allowed, rule } = decide(by.principal, accessOf(row), 'write');
    if (!allowed) {
      const who = `the creator of this ${kind}, an administrator of its tenant or mcp.admin`;
      throw forbidden(`only ${who} may change it`, 'no rule permits it');
    }
    by.judged.rule = rule;
    if (!precondition(row)) throw editConflict();
    return row;
  }

  return { readable, writable };
}

/** The caller, for the list of one kind. */
export function readerOf(principal: Principal, kind: ResourceKind): Reader {
  const { subject, roles, adminOf, resources } = principal;
  const names = resources?.flatMap((each) => (each.kind === kind ? [each.name] : []));
  return { subject, roles, adminOf, isAdmin: hasAdminRole(principal), names };
}

/** The callers that may read and change the resource of a row. */
export const accessOf = ({ kind, name, createdBy, spec, tenant }: ResourceRow<ResourceSpec>): Access => ({
  kind,
  name,
  createdBy,
  tenant,
  requiredRoles: spec.requiredRoles,
});
