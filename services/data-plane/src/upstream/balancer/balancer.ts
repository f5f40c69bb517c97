import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { betterOfTwo, type Candidate, lastResort, leastLoaded, weightOf } from './choose.js';
import { ejected, type Health, HEALTHY, recordFailure, recordSuccess } from './health.js';

interface Preference {
  /** Endpoints that are out of the question. */
  avoid?: ReadonlySet<string>;
  /** Rather one that runs the current spec, as the others will be replaced soon. */
  updated?: boolean;
  /** Only one that is ready: no last resort. */
  ready?: boolean;
}

export interface Balancer {
  /** Where a new session goes; undefined when no endpoint is ready, and none serves until it ends. */
  forSession(route: Route, preference?: Preference): Endpoint | undefined;
  /** Where a request goes that belongs to no session. */
  forRequest(route: Route, preference?: Preference): Endpoint | undefined;
  /** The ids of those endpoints that get nothing new now because of how they answer. */
  ejected(route: Route): ReadonlySet<string>;
  /** How a request to the endpoint went. */
  recordOutcome(endpoint: Endpoint, outcome: 'answered' | 'failed'): void;
  /** To be called with all endpoints after every change of the routes. */
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

/** Remembers of each endpoint since when it is ready and how it answers, and chooses by that and by what it has to do. */
export function createBalancer(parts: BalancerParts): Balancer {
  const { sessionsOn, inFlight, random = Math.random, now = Date.now } = parts;
  let seen = new Map<string, Seen>();
  let begun = false;
  const healthOf = ({ id }: Endpoint) => seen.get(id)?.health ?? HEALTHY;

  const ejectedOf = (route: Route) =>
    ejected(new Map(route.endpoints.map((endpoint) => [endpoint.id, healthOf(endpoint)])), now());

  function candidates(route: Route, load: (endpoint: Endpoint) => number, preference: Preference = {}) {
    const out = ejectedOf(route);
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
      betterOfTwo(
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
        // What is ready when this data plane begins has been so for longer.
        const readySince = begun ? now() : 0;
        if (ready) kept.set(id, known ?? { readySince, health: HEALTHY });
        else if (known) kept.set(id, { ...known, readySince: now() });
      }
      begun ||= kept.size > 0;
      seen = kept;
    },
  };
}

/** Those that are wanted, or if there is none of them all. */
function orAll<T>(all: readonly T[], wanted: (each: T) => boolean): readonly T[] {
  const some = all.filter(wanted);
  return some.length > 0 ? some : all;
}
