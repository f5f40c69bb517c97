import type { PublishedTenant } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { TenantRow, TenantRows } from '@mcp-gateway/database';
import type { Verifier } from '@mcp-gateway/identity';
import type { Logger } from '@mcp-gateway/platform/logging';
import { placing, type TenantPublisher } from '@mcp-gateway/quotas';

/** How long what was read may be used: changes by other control planes hold within a second. */
const FRESH_MS = 1_000;

export interface TenantDirectory {
  /** The verifier, with the tenant of each caller and the tenants that the caller administers. */
  place(verify: Verifier): Verifier;
  /** A caller that was placed before, without the tenants that it has ceased to administer. */
  current(principal: Principal): Promise<Principal>;
  /** A caller that has not been placed yet. */
  placed(principal: Principal): Promise<Principal>;
  /** Where a caller would belong of whom only subject and roles are known. */
  guess(caller: Pick<Principal, 'subject' | 'roles'>): Promise<Pick<Principal, 'tenant' | 'adminOf'>>;
  /** Reads the tenants again, and tells the data planes. Without Redis it does nothing: `keepTenantsPublished` repeats it. */
  changed(): Promise<void>;
}

/** The tenants as the control plane uses them: from the database, so that the API works without Redis. */
export function tenantDirectory(
  rows: Pick<TenantRows, 'all'>,
  { publisher, log }: { publisher: TenantPublisher | undefined; log: Logger },
): TenantDirectory {
  let known: readonly PublishedTenant[] = [];
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  const listeners: (() => void)[] = [];

  const placement = placing({ all: () => known, onChange: (listener) => void listeners.push(listener) });

  const read = async () => {
    const found = (await rows.all()).map(publishedTenant);
    readAt = performance.now();
    if (JSON.stringify(found) === JSON.stringify(known)) return;
    known = found;
    for (const listener of listeners) listener();
  };
  const fresh = () => (reading ??= read().finally(() => (reading = undefined)));
  const upToDate = async () => {
    if (performance.now() - readAt > FRESH_MS) await fresh();
  };

  return {
    place(verify) {
      return async (request) => {
        const principal = await verify(request); // first: whoever is refused causes no query
        await upToDate();
        return placement.place(principal);
      };
    },
    async current(principal) {
      await upToDate();
      return placement.again(principal);
    },
    async placed(principal) {
      await upToDate();
      return placement.place(principal);
    },
    async guess(principal) {
      await upToDate();
      return placement.guess(principal);
    },
    async changed() {
      await reading?.catch(() => {}); // it may have begun before the change
      await fresh();
      await publisher
        ?.publish(async () => (await rows.all()).map(publishedTenant))
        .catch((error: unknown) => {
          log.warn(
            { err: error },
            'the data planes were not told of a changed tenant; they will be when Redis answers',
          );
        });
    },
  };
}

const publishedTenant = ({ id, spec: { members, admins }, quota }: TenantRow): PublishedTenant => ({
  id,
  members,
  admins,
  quota,
});

const EVERY_MS = 10_000;

/** Publishes the tenants again and again, for a Redis that was away or has come back empty. Returns a function that ends it. */
export function keepTenantsPublished(
  rows: Pick<TenantRows, 'all'>,
  publisher: TenantPublisher,
  { log, isReady }: { log: Logger; isReady: () => boolean },
): () => void {
  const publish = () => {
    if (!isReady()) return;
    void publisher
      .publish(async () => (await rows.all()).map(publishedTenant))
      .catch((error: unknown) => log.debug({ err: error }, 'tenants not published'));
  };
  publish();
  const timer = setInterval(publish, EVERY_MS).unref();
  return () => clearInterval(timer);
}
