import { resourceKey, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { canRead, type Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';

/** That the caller may use the adapter, as it was decided when the request came. */
export interface Grant {
  principal: Principal;
  route: Route;
}

/**
 * held     the caller may use the adapter still
 * removed  the adapter is not there any more, and another one may have its name
 * revoked  the caller may not use what has its name now
 */
export type GrantState = 'held' | 'removed' | 'revoked';

/** What is left of a grant, by the route as it is now. */
export function grantState({ principal, route }: Grant, now: Route | undefined): GrantState {
  if (now === route) return 'held';
  if (now && !canRead(principal, now)) return 'revoked';
  return now?.adapterId === route.adapterId ? 'held' : 'removed';
}

/** An answer that goes on: a stream that its caller listens to, or what a call is answered with. */
interface Watched {
  grant: Grant;
  kind: 'stream' | 'answer';
  /** Called once, when it may not go on. */
  end(error: GatewayError): void;
}

/** Whether the caller may have an answer that begins, and when one that lasts must end. */
export interface Permit {
  deny(): GatewayError | undefined;
  /** Returns how to stop watching. */
  watch(end: (error: GatewayError) => void): () => void;
}

export interface Grants {
  /**
   * To be called before anything is sent or opened on behalf of the caller later than the request came.
   * @throws GatewayError ADAPTER_NOT_FOUND
   */
  check(grant: Grant): void;
  /** For one answer. */
  permit(grant: Grant, kind: Watched['kind']): Permit;
  /** Ends the answer as soon as its caller may not have it any more, until the returned function is called. */
  watch(watched: Watched): () => void;
}

/** A stream ends with the adapter. A call that is under way then may finish, as long as its replica does. */
const ends = (state: GrantState, kind: Watched['kind']) =>
  state === 'revoked' || (state === 'removed' && kind === 'stream');

const notFound = () => new GatewayError('ADAPTER_NOT_FOUND');

/** Decides again about callers whose requests have been let in, whenever routes change. */
export function createGrants(routes: Pick<RouteTable, 'get' | 'onChange'>): Grants {
  /** By resource: what goes on, and the route by which it was looked at last. */
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

/** A class, as there is one for each request. */
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
