import { DEFAULT_TENANT, type PublishedTenant } from '@mcp-gateway/common/contracts';
import { normalizeRole } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';

type Definition = Pick<PublishedTenant, 'id' | 'members' | 'admins'>;

/** The tenant of a caller, and the tenants that the caller administers. */
interface Membership {
  tenant: string;
  adminOf: readonly string[];
}

const NONE: readonly string[] = [];

/** Looks memberships up in maps, so that many tenants cost no more than one. */
class Memberships {
  readonly #subjects = new Map<string, string>();
  readonly #claims = new Map<string, string>();
  readonly #roles = new Map<string, string>();
  readonly #adminSubjects = new Map<string, string[]>();
  readonly #adminRoles = new Map<string, string[]>();

  constructor(tenants: readonly Definition[]) {
    const ids = new Set(tenants.map(({ id }) => id));
    for (const { id, members, admins } of tenants.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
      addFirst(this.#subjects, members.subjects, id);
      if (id !== DEFAULT_TENANT) this.#claims.set(id, id);
      // A caller without the claim has the value `default`, and the id of a tenant always names that tenant.
      addFirst(
        this.#claims,
        members.claims.filter((claim) => claim !== DEFAULT_TENANT && !ids.has(claim)),
        id,
      );
      addFirst(this.#roles, members.roles.map(normalizeRole), id);
      addAll(this.#adminSubjects, admins.subjects, id);
      addAll(this.#adminRoles, admins.roles.map(normalizeRole), id);
    }
  }

  /**
   * The first of these that names a tenant decides: the subject, the tenant claim (the id of a tenant is a value of it, too), the
   * roles in their order. Otherwise the caller belongs to the default tenant. Of two tenants that name the same subject, claim or
   * role, the one whose id comes first in the alphabet has the caller.
   */
  of({ subject, tenant, roles }: Principal): Membership {
    const byRole = () => {
      for (const role of roles) {
        const found = this.#roles.get(normalizeRole(role));
        if (found !== undefined) return found;
      }
      return DEFAULT_TENANT;
    };
    return {
      tenant: this.#subjects.get(subject) ?? this.#claims.get(tenant) ?? byRole(),
      adminOf: this.#adminOf(subject, roles),
    };
  }

  #adminOf(subject: string, roles: readonly string[]): readonly string[] {
    if (this.#adminSubjects.size === 0 && this.#adminRoles.size === 0) return NONE;
    const found = new Set(this.#adminSubjects.get(subject));
    for (const role of roles) for (const id of this.#adminRoles.get(normalizeRole(role)) ?? NONE) found.add(id);
    return found.size > 0 ? [...found] : NONE;
  }
}

function addFirst(map: Map<string, string>, keys: readonly string[], id: string) {
  for (const key of keys) if (!map.has(key)) map.set(key, id);
}

function addAll(map: Map<string, string[]>, keys: readonly string[], id: string) {
  for (const key of keys) map.set(key, [...(map.get(key) ?? []), id]);
}

interface Tenants {
  all(): readonly Definition[];
  onChange(listener: () => void): void;
}

/** Where callers belong, by the tenants that there are now. */
export interface Placement {
  /** The caller with its tenant, and with the tenants that it administers. */
  place(principal: Principal): Principal;
  /** A caller that was placed before, without the tenants that it has ceased to administer; the same object if there are none. */
  again(placed: Principal): Principal;
  /** Where a caller would belong of whom only subject and roles are known. */
  guess(caller: Pick<Principal, 'subject' | 'roles'>): Pick<Principal, 'tenant' | 'adminOf'>;
}

export function placing(tenants: Tenants): Placement {
  let memberships = new Memberships(tenants.all());
  /** A verifier remembers the principals of tokens. */
  let known = new WeakMap<Principal, Principal>();
  let again = new WeakMap<Principal, Principal>();
  tenants.onChange(() => {
    memberships = new Memberships(tenants.all());
    known = new WeakMap();
    again = new WeakMap();
  });
  const place = (principal: Principal): Principal => {
    let found = known.get(principal);
    if (!found) {
      const { tenant, ...membership } = memberships.of(principal);
      // A caller that is restricted to resources administers those at most.
      const adminOf = principal.resources === undefined ? membership.adminOf : [];
      found = tenant === principal.tenant && adminOf.length === 0 ? principal : { ...principal, tenant, adminOf };
      known.set(principal, found);
    }
    return found;
  };
  const narrowed = (placed: Principal): Principal => {
    const { adminOf = NONE } = placed;
    const now = memberships.of(placed).adminOf;
    const left = adminOf.filter((id) => now.includes(id));
    return left.length === adminOf.length ? placed : { ...placed, adminOf: left };
  };
  return {
    place,
    again(placed) {
      if (placed.adminOf === undefined || placed.adminOf.length === 0) return placed;
      let found = again.get(placed);
      if (!found) again.set(placed, (found = narrowed(placed)));
      return found;
    },
    guess: ({ subject, roles }) => memberships.of({ subject, roles, name: subject, tenant: DEFAULT_TENANT }),
  };
}

/** A verifier whose callers are placed. Without a promise when `verify` returns none. */
export function withTenant<Request>(
  verify: (request: Request) => Principal | Promise<Principal>,
  { place }: Pick<Placement, 'place'>,
): (request: Request) => Principal | Promise<Principal> {
  return (request) => {
    const principal = verify(request);
    return principal instanceof Promise ? principal.then(place) : place(principal);
  };
}
