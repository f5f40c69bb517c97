import { resourceKey, PublishedDefinition, type PublishedRoute, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { BEGIN_RUN, PUBLISH, PUBLISH_ALL, refIn, routeKeys, WITHDRAW } from './stored-routes.js';

/**
 * Orders what overlapping runs of workers write of one resource. A resource that was made anew has a later `createdAt`; a changed one
 * has a higher generation; of two runs for the same generation, the one that began later has seen more.
 */
export interface RouteVersion {
  createdAt: Date;
  generation: number;
  /** From `beginRun`, before the row was read. */
  run: number;
}

export interface VersionedRoute {
  route: PublishedRoute;
  /** Of a tool or a toolset. It has the version of the route, and is written and withdrawn with it. */
  definition?: PublishedDefinition | undefined;
  version: RouteVersion;
}

/** Every write is one script: a run that outlived its lock never replaces what a newer run has published. */
export interface RoutePublisher {
  /** The number of a run that begins now: higher than that of every run that began before. */
  beginRun(): Promise<number>;
  /** Writes the route with its definition, and tells the readers if one of them differs. False when an overlapping run has published or withdrawn a newer version. */
  publish(published: VersionedRoute): Promise<boolean>;
  /** Removes the route with its definition and refuses older ones of overlapping runs from now on. False when one has published a newer version. */
  withdraw(ref: ResourceRef, version: RouteVersion): Promise<boolean>;
  /**
   * Makes Redis hold these routes and marks the set as complete. Keeps a newer version of a route, and routes that are not
   * among these only when a run that began after `run` has published them.
   */
  publishAll(routes: readonly VersionedRoute[], run: number): Promise<void>;
  isComplete(): Promise<boolean>;
  refs(): Promise<ResourceRef[]>;
  /** The definition that stands beside a route, with its version; null when there is none that this worker can read. */
  definition(ref: ResourceRef): Promise<{ definition: PublishedDefinition; version: RouteVersion } | null>;
  /** The version of the route that stands; null when there is no route. */
  standing(ref: ResourceRef): Promise<RouteVersion | null>;
}

export function routePublisher(redis: RedisClient, prefix: string, now: () => number = Date.now): RoutePublisher {
  const keys = routeKeys(prefix);
  const one = [keys.runs, keys.routes, keys.versions, keys.withdrawn, keys.definitions];
  const run = (script: string, on: string[], args: (string | number)[]) =>
    redis.eval(script, { keys: on, arguments: args.map(String) });
  return {
    beginRun: async () => Number(await run(BEGIN_RUN, [keys.runs], [])),

    async publish({ route, definition, version }) {
      const args = [resourceKey(route), textOf(version), JSON.stringify(route), keys.changed, jsonOf(definition)];
      return (await run(PUBLISH, one, args)) === 1;
    },

    async withdraw(ref, version) {
      const args = [resourceKey(ref), textOf(version), keys.changed, now()];
      return (await run(WITHDRAW, one, args)) === 1;
    },

    async publishAll(routes, ofRun) {
      const entries = routes.flatMap(({ route, definition, version }) => [
        resourceKey(route),
        textOf(version),
        JSON.stringify(route),
        jsonOf(definition),
      ]);
      await run(PUBLISH_ALL, [...one, keys.complete], [keys.changed, ofRun, ...entries]);
    },

    async refs() {
      return (await redis.hKeys(keys.routes)).flatMap((key) => refIn(key) ?? []);
    },

    async isComplete() {
      return (await redis.exists(keys.complete)) === 1;
    },

    async definition(ref) {
      const key = resourceKey(ref);
      const [text, version] = await Promise.all([redis.hGet(keys.definitions, key), redis.hGet(keys.versions, key)]);
      const { data } = PublishedDefinition.safeParse(text === null ? undefined : JSON.parse(text));
      return data && version !== null ? { definition: data, version: versionIn(version) } : null;
    },

    async standing(ref) {
      const key = resourceKey(ref);
      const [route, version] = await Promise.all([redis.hExists(keys.routes, key), redis.hGet(keys.versions, key)]);
      return route === 1 && version !== null ? versionIn(version) : null;
    },
  };
}

const jsonOf = (definition: PublishedDefinition | undefined): string =>
  definition === undefined ? '' : JSON.stringify(definition);

/** Milliseconds, generation and run; stored-routes.ts compares them as numbers, the first that differs decides. */
const textOf = ({ createdAt, generation, run }: RouteVersion) => `${createdAt.getTime()} ${generation} ${run}`;

function versionIn(text: string): RouteVersion {
  const [createdAt = 0, generation = 0, run = 0] = text.split(' ').map(Number);
  return { createdAt: new Date(createdAt), generation, run };
}
