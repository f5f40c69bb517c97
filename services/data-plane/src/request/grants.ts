import { resourceKey, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError, resourceNotFound } from '@mcp-gateway/common/errors';
import { canRead } from '@mcp-gateway/common/permission';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';
import { denialOf, policyDenied, type PolicySubject } from './policies.js';

/** The permission with which the pipeline admitted a request. */
export interface Grant extends PolicySubject {
  principal: Principal;
  route: Route;
}

/**
 * denied      a policy of the adapter does not permit the request any more
 * expired     the sign-in has ended, and the caller has to sign in again
 * held        the caller may still use the adapter
 * removed     the adapter is gone, and another adapter may have its name
 * revoked     the caller may no longer use the adapter
 * signed-out  the API key or the access token of the caller was revoked
 */
export type GrantState = 'denied' | 'expired' | 'held' | 'removed' | 'revoked' | 'signed-out';

/**
 * The state of a grant under the current route.
 * @param principal the caller as it is now
 */
export function grantState(
  grant: Grant,
  now: Route | undefined,
  principal: Principal = grant.principal,
  nowSeconds?: number,
): GrantState {
  const { route } = grant;
  const isSame = now === route && principal === grant.principal;
  if (now && !isSame && !canRead(principal, now)) return 'revoked';
  if (now && now !== route && denialOf(now, grant)) return 'denied';
  if (hasExpired(principal, nowSeconds)) return 'expired';
  if (now === route) return 'held';
  return now?.resourceId === route.resourceId ? 'held' : 'removed';
}

/** An answer that lasts, by what ends it: a call under way may finish, but no one listens without a sign-in. */
const ENDED_BY = {
  /** The stream of a session, or of the older transport. */
  stream: ['denied', 'expired', 'removed', 'revoked', 'signed-out'],
  /** `subscriptions/listen`. */
  subscription: ['denied', 'expired', 'revoked', 'signed-out'],
  /** The answer to a call. */
  answer: ['denied', 'revoked', 'signed-out'],
} as const satisfies Record<string, GrantState[]>;

export type AnswerKind = keyof typeof ENDED_BY;

interface Watched {
  grant: Grant;
  kind: AnswerKind;
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
   * @throws GatewayError ADAPTER_NOT_FOUND, TOOLSET_NOT_FOUND, POLICY_DENIED, SIGN_IN_REQUIRED
   */
  check(grant: Grant): void;
  /** The permit of one answer. */
  permit(grant: Grant, kind: AnswerKind): Permit;
  /** Ends the answer as soon as its grant is revoked, until the returned function is called. */
  watch(watched: Watched): () => void;
  /** Ends the checks for expiry. */
  close(): void;
}

const ends = (state: GrantState, kind: AnswerKind) =>
  state !== 'held' && (ENDED_BY[kind] as readonly GrantState[]).includes(state);

function errorOf(state: GrantState, grant: Grant, now: Route | undefined): GatewayError {
  if (state === 'expired') return new GatewayError('SIGN_IN_REQUIRED', { detail: 'the sign-in has ended' });
  if (state === 'signed-out') {
    const what = grant.principal.apiKey === undefined ? 'the access token' : 'the API key';
    return new GatewayError('SIGN_IN_REQUIRED', { detail: `${what} was revoked` });
  }
  const denial = state === 'denied' && now && denialOf(now, grant);
  return denial ? policyDenied(denial) : resourceNotFound(grant.route.kind);
}

/** Sign-ins that may end before they expire: those by API keys, and by tokens that the issuer is asked about. */
interface HeldSignIns {
  /** True for sign-ins of another kind. */
  isHeld(principal: Principal): boolean;
  /** Called when sign-ins have ceased to hold. */
  onRevoked(listener: () => void): void;
}

/** The administrators of tenants. */
interface TenantAdmins {
  /** A caller, without the tenants that it has ceased to administer; the same object if there are none. */
  again(principal: Principal): Principal;
  onChange(listener: () => void): void;
}

interface GrantSources {
  signIns?: readonly (HeldSignIns | undefined)[] | undefined;
  admins?: TenantAdmins | undefined;
}

type StateOf = (grant: Grant, now: Route | undefined) => GrantState;

/** How often streams are checked for a sign-in that has ended, or that may have been revoked. */
const EXPIRY_CHECK_MS = 5_000;

/**
 * Checks the grants of admitted requests again whenever routes or tenants change or sign-ins are revoked, and streams
 * for the end of their sign-in.
 */
export function createGrants(
  routes: Pick<RouteTable, 'get' | 'onChange'>,
  { signIns = [], admins }: GrantSources = {},
): Grants {
  const isHeld = (principal: Principal) => {
    for (const each of signIns) if (each?.isHeld(principal) === false) return false;
    return true;
  };
  const stateOf: StateOf = (grant, now) => {
    const { principal } = grant;
    if (!isHeld(principal) && !hasExpired(principal)) return 'signed-out';
    return grantState(grant, now, admins ? admins.again(principal) : principal);
  };
  /** By resource: the lasting answers, and the route that they were last checked with. */
  const watched = new Map<string, { resource: ResourceRef; seen: Route | undefined; all: Set<Watched> }>();

  function endRefused(all: Set<Watched>, now: Route | undefined): void {
    for (const each of all) {
      const state = stateOf(each.grant, now);
      if (!ends(state, each.kind)) continue;
      all.delete(each);
      each.end(errorOf(state, each.grant, now));
    }
  }
  routes.onChange(() => {
    for (const entry of watched.values()) {
      const now = routes.get(entry.resource);
      if (now === entry.seen) continue;
      entry.seen = now;
      endRefused(entry.all, now);
    }
  });
  const checkAll = () => {
    for (const { all, seen } of watched.values()) endRefused(all, seen);
  };
  for (const each of signIns) each?.onRevoked(checkAll);
  admins?.onChange(checkAll);
  const timer = setInterval(checkAll, EXPIRY_CHECK_MS).unref();

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
      const now = routes.get(grant.route);
      const state = stateOf(grant, now);
      if (state !== 'held') throw errorOf(state, grant, now);
    },
    permit: (grant, kind) => new AnswerPermit(routes, stateOf, watch, grant, kind),
    watch,
    close: () => clearInterval(timer),
  };
}

/** A class, because there is one for each request. */
class AnswerPermit implements Permit {
  constructor(
    private readonly routes: Pick<RouteTable, 'get'>,
    private readonly stateOf: StateOf,
    private readonly watcher: Grants['watch'],
    private readonly grant: Grant,
    private readonly kind: AnswerKind,
  ) {}

  deny(): GatewayError | undefined {
    const now = this.routes.get(this.grant.route);
    const state = this.stateOf(this.grant, now);
    return ends(state, this.kind) ? errorOf(state, this.grant, now) : undefined;
  }

  watch(end: (error: GatewayError) => void): () => void {
    return this.watcher({ grant: this.grant, kind: this.kind, end });
  }
}
