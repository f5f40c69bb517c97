import type { Route } from '@mcp-gateway/common/contracts';

/** The longest drain and the stop after it: a replica that has left the routes may run, and call, for this long. */
const KEPT_MS = 660_000;

/** Which adapter a replica belongs to, by the addresses that it calls from. One that has left the routes is remembered for a while. */
export class ReplicaAddresses {
  readonly #known = new Map<string, { adapter: string; until: number }>();

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
      if (entry && entry.adapter === before?.name) entry.until = now + KEPT_MS;
    }
    if (after) this.#add(after);
  }

  #add({ name, addresses = [] }: Route) {
    for (const address of addresses) this.#known.set(address, { adapter: name, until: Infinity });
  }

  adapterAt(address: string, now: number): string | undefined {
    const entry = this.#known.get(address);
    return entry && entry.until > now ? entry.adapter : undefined;
  }
}
