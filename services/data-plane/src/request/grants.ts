import { resourceKey, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { canRead, type Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';

/** The permission with which the pipeline admitted a request. */
export interface Grant {
  principal: Principal;
  route: Route;
}

/**
 * held     the caller may still use the adapter
 * removed  the adapter is gone, and another adapter may have its name
 * revoked  the caller may no longer use the adapter
 */
export type GrantState = 'held' | 'removed' | 'revoked';

/** The state of a grant under the current route. */
export function grantState({ principal, route }: Grant, now: Route | undefined): GrantState {
  if (now === route) return 'held';
  if (now && !canRead(principal, now)) return 'revoked';
  return now?.resourceId === route.resourceId ? 'held' : 'removed';
}

/** An answer that lasts: a stream that its caller listens to, or the answer to a call. */
interface Watched {
  grant: Grant;
  kind: 'stream' | 'answer';
  /** Called once, when the answer must end. */
  end(error: GatewayError): void;
}

/** Whether an answer may begin, and when a lasting one must end. */
export interface Permit {
  deny(): GatewayError | undefined;
  /** Returns a function that stops watching. */
  watch(end: (error: GatewayError) => void): () => void;
}

export interface Grants {
  /**
   * Call it before the gateway sends or opens anything for the caller later than the request arrived.
   * @throws GatewayError ADAPTER_NOT_FOUND
   */
  check(grant: Grant): void;
  /** The permit of one answer. */
  permit(grant: Grant, kind: Watched['kind']): Permit;
  /** Ends the answer as soon as its grant is revoked, until the returned function is called. */
  watch(watched: Watched): () => void;
}

/** A stream ends with the adapter. A call under way may finish while its replica runs. */
const ends = (state: GrantState, kind: Watched['kind']) =>
  state === 'revoked' || (state === 'removed' && kind === 'stream');

const notFound = () => new GatewayError('ADAPTER_NOT_FOUND');

/** Checks the grants of admitted requests again whenever routes change. */
export function createGrants(routes: Pick<RouteTable, 'get' | 'onChange'>): Grants {
  /** By resource: the lasting answers, and the route that they were last checked with. */
  const watched = new Map<string, { resource: ResourceRef; seen: Route | undefined; all: Set<Watched> }>();

  routes.onChange(() => {
    for (const entry of watched.values()) {
      const now = routes.get(entry.resource);
      if (now === entry.seen) continue;
      entry.seen = now;
      for (const each of entry.all) {
        if (!ends(grantState(each.grant, now), each.kind)) continue;
        entry.all.delete(each);
        each.end(notFound());
      }
    }
  });

  const watch: Grants['watch'] = (each) => {
    const { route } = each.grant;
    const key = resourceKey(route);
    const entry = watched.get(key) ?? { resource: route, seen: routes.get(route), all: new Set<Watched>() };
    watched.set(key, entry);
    entry.all.add(each);
    return () => {
      entry.all.delete(each);
      if (entry.all.size === 0 && watched.get(key) === entry) watched.delete(key);
    };
  };
  return {
    check(grant) {
      if (grantState(grant, routes.get(grant.route)) !== 'held') throw notFound();
    },
    permit: (grant, kind) => new AnswerPermit(routes, watch, grant, kind),
    watch,
  };
}

/** A class, because there is one for each request. */
class AnswerPermit implements Permit {
  constructor(
    private readonly routes: Pick<RouteTable, 'get'>,
    private readonly watcher: Grants['watch'],
    private readonly grant: Grant,
    private readonly kind: Watched['kind'],
  ) {}

  deny(): GatewayError | undefined {
    const now = this.routes.get(this.grant.route);
    return ends(grantState(this.grant, now), this.kind) ? notFound() : undefined;
  }

  watch(end: (error: GatewayError) => void): () => void {
    return this.watcher({ grant: this.grant, kind: this.kind, end });
  }
}
