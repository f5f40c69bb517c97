import type { ResourceRef, Route } from '@mcp-gateway/common/contracts';

/** The longest drain and the stop after it: a replica that has left the routes may run, and call, for this long. */
const KEPT_MS = 660_000;

/** The resource of a replica, by the address that the replica calls from. A replica that has left the routes is remembered for a while. */
export class ReplicaAddresses {
  readonly #known = new Map<string, { resource: ResourceRef; until: number }>();

  /** The routes as they are now, in place of those before. */
  replaceAll(routes: Iterable<Route>, now: number): void {
    for (const [address, entry] of this.#known) {
      if (entry.until <= now) this.#known.delete(address);
      else entry.until = Math.min(entry.until, now + KEPT_MS);
    }
    for (const route of routes) this.#add(route);
  }

  /** One route, which was published again or withdrawn. */
  replace(before: Route | undefined, after: Route | undefined, now: number): void {
    for (const address of before?.addresses ?? []) {
      const entry = this.#known.get(address);
      const isTheirs = entry?.resource.name === before?.name && entry?.resource.kind === before?.kind;
      if (entry && isTheirs) entry.until = now + KEPT_MS;
    }
    if (after) this.#add(after);
  }

  #add({ kind, name, addresses = [] }: Route) {
    for (const address of addresses) this.#known.set(address, { resource: { kind, name }, until: Infinity });
  }

  resourceAt(address: string, now: number): ResourceRef | undefined {
    const entry = this.#known.get(address);
    return entry && entry.until > now ? entry.resource : undefined;
  }
}
