import { adapterRef, type PublishedRoute } from '@mcp-gateway/common/contracts';
import type { RoutePublisher, RouteVersion } from '@mcp-gateway/routing';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';
import { ABSENT, revisionOf, type Runtime, type WatchListener, type Workload } from '@mcp-gateway/runtime';
import { adapterKind } from '../src/kinds.js';
import { reconciler } from '../src/reconcile.js';
import { rowOf, seenOf, silent, T1 } from './fixtures.js';

interface Running {
  workload: Workload;
  /** Differs for each time that it was started. */
  start: number;
  ready: boolean;
  removing: boolean;
}

/** When the worker dies: at which of its calls to others, and whether the call still has its effect. */
export interface Crash {
  at: number;
  effect: boolean;
}

/**
 * The worker's surroundings in memory: rows, a runtime and routes. A test fails when the worker changes them in an order that
 * must never happen.
 */
export class World {
  /** The worker's calls that change something, in order. */
  readonly changes: string[] = [];
  readonly rowTable = new Map<string, AdapterRow>();
  readonly routeTable = new Map<string, PublishedRoute>();
  readonly running = new Map<string, Running>();
  readonly violations: string[] = [];
  complete = true;
  watcher: WatchListener | undefined;
  watching: AbortSignal | undefined;
  calls = 0;
  #starts = 0;
  #runs = 0;
  readonly #versions = new Map<string, RouteVersion & { lastRun: number }>();

  constructor(private readonly crash?: Crash) {}

  /** One call of the worker to another part. */
  async #call<T>(effect: () => T, change?: string): Promise<T> {
    const dies = this.crash?.at === this.calls;
    this.calls += 1;
    if (dies && !this.crash?.effect) throw new Error('the worker died');
    if (change) this.changes.push(change);
    const result = effect();
    if (dies) throw new Error('the worker died');
    return result;
  }

  #never(what: string, happened: boolean) {
    if (happened) this.violations.push(what);
  }

  readonly rows: AdapterRows = {
    find: (name) => this.#call(() => structuredClone(this.rowTable.get(name) ?? null)),
    names: () => this.#call(() => [...this.rowTable.keys()]),
    lagging: () => this.#call(() => []),
    saveStatus: ({ name, id, generation }, status) =>
      this.#call(() => {
        const row = this.rowTable.get(name);
        if (!row || row.id !== id || row.generation !== generation) return false;
        this.rowTable.set(name, { ...row, ...status, observedGeneration: generation });
        return true;
      }, `saveStatus ${name} ${status.phase}`),
    saveConditions: ({ name, id, generation }, conditions) =>
      this.#call(() => {
        const row = this.rowTable.get(name);
        if (!row || row.id !== id || row.generation !== generation) return false;
        this.rowTable.set(name, { ...row, conditions });
        return true;
      }, `saveConditions ${name} ${conditions[0]?.reason}`),
    purge: ({ name, id }) =>
      this.#call(() => {
        this.#never('a row was purged while its workload was there', this.running.has(name));
        this.#never('a row was purged while its route was there', this.routeTable.has(name));
        const row = this.rowTable.get(name);
        return row?.id === id && row.deletedAt !== null && this.rowTable.delete(name);
      }, `purge ${name}`),
    create: unused,
    list: unused,
    update: unused,
    markDeleted: unused,
  };

  readonly runtime: Runtime = {
    observe: ({ name }) =>
      this.#call(() => {
        const found = this.running.get(name);
        if (!found) return ABSENT;
        const { workload, removing, ready, start } = found;
        const like = rowOf({ name, replicaCount: workload.replicas }, { id: workload.resourceId });
        const seen = seenOf(like, { revision: revisionOf(workload), removing });
        const replicas = seen.replicas.map((replica): (typeof seen.replicas)[number] => {
          const { instance } = replica;
          const url = `${REPLICA}${9_000 + instance}`;
          const endpoint = removing ? null : { id: `${name}-${instance}.${start}`, url, ready };
          const state = removing ? 'Stopping' : ready ? 'Ready' : 'Starting';
          return { ...replica, revision: revisionOf(workload), state, endpoint };
        });
        return { ...seen, replicas };
      }),
    list: () => this.#call(() => [...this.running.keys()].map((name) => ({ kind: 'adapter' as const, name }))),
    apply: ({ workload }) =>
      this.#call(() => {
        const found = this.running.get(workload.name);
        this.#never(
          'a workload was handed to another adapter',
          !!found && found.workload.resourceId !== workload.resourceId,
        );
        const same = found && !found.removing && revisionOf(found.workload) === revisionOf(workload);
        const fresh = { start: (this.#starts += 1), ready: false };
        this.running.set(workload.name, { ...(same ? found : fresh), workload, removing: false });
      }, `apply ${workload.name} ×${workload.replicas}`),
    remove: ({ name }) =>
      this.#call(() => {
        const leadsThere = this.routeTable.get(name)?.endpoints.some(({ url }) => url.startsWith(REPLICA));
        this.#never('a workload was removed while its route was there', leadsThere ?? false);
        const found = this.running.get(name);
        if (found) found.removing = true;
      }, `remove ${name}`),
    watch: (listener, signal) => {
      this.watcher = listener;
      this.watching = signal;
    },
  };

  /** As stored-routes.ts of packages/routing, in memory. */
  readonly routes: RoutePublisher = {
    beginRun: () => this.#call(() => (this.#runs += 1)),
    publish: ({ route, version }) =>
      this.#call(
        () => {
          if (isOlder(version, this.#versions.get(route.name))) return false;
          this.#versions.set(route.name, { ...version, lastRun: this.#runs });
          this.routeTable.set(route.name, route);
          return true;
        },
        `publish ${route.name} ${ready(route)}`,
      ),
    withdraw: ({ name }, version) =>
      this.#call(() => {
        if (isOlder(version, this.#versions.get(name))) return false;
        this.#versions.set(name, { ...version, lastRun: this.#runs });
        this.routeTable.delete(name);
        return true;
      }, `withdraw ${name}`),
    publishAll: (routes) =>
      this.#call(
        () => {
          this.routeTable.clear();
          for (const { route, version } of routes) {
            this.routeTable.set(route.name, route);
            this.#versions.set(route.name, { ...version, lastRun: this.#runs });
          }
          this.complete = true;
        },
        `publishAll ${routes.map(({ route }) => route.name).join()}`,
      ),
    isComplete: () => this.#call(() => this.complete),
    refs: () => this.#call(() => [...this.routeTable.keys()].map(adapterRef)),
    definition: async () => null,
    standing: ({ name }) =>
      this.#call(() => (this.routeTable.has(name) ? (this.#versions.get(name) ?? EARLIEST) : null)),
  };

  readonly kind = adapterKind(this.rows);

  readonly reconcile = reconciler({
    kind: this.kind,
    runtime: this.runtime,
    routes: this.routes,
    now: () => T1,
    log: silent,
  });

  /** Time passes for what runs: what starts gets ready, what ends is gone. */
  pass(): void {
    for (const [name, found] of this.running) {
      if (found.removing) this.running.delete(name);
      else found.ready = true;
    }
  }

  /** Reconciles, as the queue and the watch do, until nothing changes any more. A run in which the worker dies is repeated. */
  async converge(name: string): Promise<void> {
    for (let before = ''; before !== this.picture();) {
      before = this.picture();
      await this.reconcile(name).catch(() => this.reconcile(name));
      this.pass();
    }
  }

  /** All that is left in the end, without the traces of the way there. */
  picture(): string {
    const running = [...this.running.values()].map(({ workload, ready: isReady, removing }) => ({
      workload,
      isReady,
      removing,
    }));
    const routes = [...this.routeTable.values()].map(({ endpoints, ...route }) => ({
      ...route,
      endpoints: endpoints.map(({ url, ready: isReady }) => ({ url, isReady })),
    }));
    return JSON.stringify({ rows: [...this.rowTable.values()], running, routes });
  }
}

/** The URL of every replica begins so. */
const REPLICA = 'http://127.0.0.1:';

/** Of a route that a test has put there. */
const EARLIEST: RouteVersion = { createdAt: new Date(0), generation: 0, run: 0 };

const numbers = ({ createdAt, generation, run }: RouteVersion) => [createdAt.getTime(), generation, run] as const;

function isOlder(version: RouteVersion, than: (RouteVersion & { lastRun: number }) | undefined): boolean {
  if (than && version.run > than.lastRun) return false;
  const other = numbers(than ?? EARLIEST);
  const [difference = 0] = numbers(version).flatMap((each, i) => (each === other[i] ? [] : [each - Number(other[i])]));
  return difference < 0;
}

const ready = ({ endpoints }: PublishedRoute) => `${endpoints.filter((each) => each.ready).length}/${endpoints.length}`;

function unused(): never {
  throw new Error('the worker does not do this');
}
