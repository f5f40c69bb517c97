import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { powerOfTwoChoices, type Candidate, lastResort, leastLoaded, weightOf } from './choose.js';
import { ejected, type Health, HEALTHY, recordFailure, recordSuccess } from './health.js';

interface Preference {
  /** Endpoints to exclude. */
  avoid?: ReadonlySet<string>;
  /** Prefer an endpoint that runs the current spec, because the others will be replaced soon. */
  updated?: boolean;
  /** Only a ready endpoint: no last resort. */
  ready?: boolean;
}

export interface Balancer {
  /** The endpoint for a new session; undefined when no endpoint is ready and there is no last resort. */
  forSession(route: Route, preference?: Preference): Endpoint | undefined;
  /** The endpoint for a request without a session. */
  forRequest(route: Route, preference?: Preference): Endpoint | undefined;
  /** The ids of the ejected endpoints. */
  ejected(route: Route): ReadonlySet<string>;
  /** Records how a request to the endpoint ended. */
  recordOutcome(endpoint: Endpoint, outcome: 'answered' | 'failed'): void;
  /** Call it with all endpoints after every change of the routes. */
  keepOnly(endpoints: Iterable<Endpoint>): void;
}

export interface BalancerParts {
  sessionsOn: (endpoint: Endpoint) => number;
  inFlight: (endpoint: Endpoint) => number;
  random?: () => number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

interface Seen {
  readySince: number;
  health: Health;
}

const NONE: ReadonlySet<string> = new Set();

/** Records how long each endpoint has been ready and how it answers, and chooses by that and by load. */
export function createBalancer(parts: BalancerParts): Balancer {
  const { sessionsOn, inFlight, random = Math.random, now = Date.now } = parts;
  let seen = new Map<string, Seen>();
  let begun = false;
  const healthOf = ({ id }: Endpoint) => seen.get(id)?.health ?? HEALTHY;

  const ejectedOf = (route: Route) =>
    ejected(new Map(route.endpoints.map((endpoint) => [endpoint.id, healthOf(endpoint)])), now());

  function candidates(route: Route, load: (endpoint: Endpoint) => number, preference: Preference = {}) {
    const out = route.endpoints.length === 1 ? NONE : ejectedOf(route); // the only one is never ejected
    const usable = route.endpoints.filter(({ id }) => !preference.avoid?.has(id));
    const ready: Candidate<Endpoint>[] = usable
      .map((endpoint) => ({
        endpoint,
        load: load(endpoint),
        weight: weightOf(endpoint, seen.get(endpoint.id)?.readySince ?? 0, now()),
      }))
      .filter(({ weight }) => weight > 0);
    const able =
      ready.length > 0 || preference.ready
        ? ready
        : lastResort(usable, now()).map((endpoint) => ({ endpoint, load: load(endpoint), weight: 1 }));
    const taking = orAll(able, ({ endpoint }) => !out.has(endpoint.id));
    return preference.updated ? orAll(taking, ({ endpoint }) => endpoint.updated === true) : taking;
  }

  return {
    forSession: (route, preference) =>
      powerOfTwoChoices(
        candidates(route, (endpoint) => sessionsOn(endpoint) + inFlight(endpoint), preference),
        random,
      ),
    forRequest: (route, preference) => leastLoaded(candidates(route, inFlight, preference), random),
    ejected: ejectedOf,
    recordOutcome(endpoint, outcome) {
      const known = seen.get(endpoint.id);
      if (known) known.health = (outcome === 'failed' ? recordFailure : recordSuccess)(known.health, now());
    },
    keepOnly(endpoints) {
      const kept = new Map<string, Seen>();
      for (const { id, ready } of endpoints) {
        const known = seen.get(id);
        // Endpoints that are ready when this data plane starts have been ready for longer.
        const readySince = begun ? now() : 0;
        if (ready) kept.set(id, known ?? { readySince, health: HEALTHY });
        else if (known) kept.set(id, { ...known, readySince: now() });
      }
      begun ||= kept.size > 0;
      seen = kept;
    },
  };
}

/** The items that are wanted, or all items when none is. */
function orAll<T>(all: readonly T[], wanted: (each: T) => boolean): readonly T[] {
  const some = all.filter(wanted);
  return some.length > 0 ? some : all;
}
