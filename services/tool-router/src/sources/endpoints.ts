import { resourceKey, type Endpoint, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import { SourceError } from './source.js';

/** The replicas of one resource, and how many requests are under way at each. */
export class Endpoints {
  readonly #inFlight = new Map<string, number>();

  /** @param route as the table has it now; undefined when there is none */
  constructor(
    private readonly ref: ResourceRef,
    private readonly route: () => Route | undefined,
  ) {}

  /**
   * The ready replica with the fewest requests under way; of equals, the one that has been asked least recently.
   * @param except ids of replicas that have failed already
   * @throws SourceError when there is none
   */
  choose(except: ReadonlySet<string> = new Set()): Endpoint {
    const usable = (this.route()?.endpoints ?? []).filter(({ id, ready }) => ready && !except.has(id));
    let best: Endpoint | undefined;
    for (const endpoint of usable) if (!best || this.#load(endpoint) < this.#load(best)) best = endpoint;
    if (best) return best;
    if (except.size > 0) throw new SourceError(`no replica of ${resourceKey(this.ref)} accepts connections; try again`);
    const phase = this.route()?.phase;
    if (phase === 'Stopped')
      throw new SourceError(`${resourceKey(this.ref)} has zero replicas; its owner can start it`);
    throw new SourceError(`no replica of ${resourceKey(this.ref)} is ready; try again in a few seconds`);
  }

  /** Whether the replica may continue to serve what it has begun. */
  has(id: string): boolean {
    return this.route()?.endpoints.some((endpoint) => endpoint.id === id && !endpoint.draining) ?? false;
  }

  /** Ids of the replicas that are ready, as one text that changes when they do. */
  readyIds(): string {
    const ready = (this.route()?.endpoints ?? []).filter((endpoint) => endpoint.ready);
    return ready
      .map(({ id }) => id)
      .toSorted()
      .join(' ');
  }

  /** Counts a request until the returned function is called. */
  begin({ id }: Endpoint): () => void {
    const count = (this.#inFlight.get(id) ?? 0) + 1;
    this.#inFlight.delete(id); // the last in the order of insertion, so that equals take turns
    this.#inFlight.set(id, count);
    return () => {
      const left = (this.#inFlight.get(id) ?? 1) - 1;
      if (left > 0 || this.has(id)) this.#inFlight.set(id, left);
      else this.#inFlight.delete(id);
    };
  }

  #load({ id }: Endpoint): number {
    return this.#inFlight.get(id) ?? -1;
  }
}

/** Where a replica takes requests. */
export const urlOf = ({ url, path }: Endpoint): URL => new URL(path, url);
